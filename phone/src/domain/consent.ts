/** The version of PRIVACY.md that the app says in short (`privacy.1` and on), and that is agreed to with an account. */
export const CONSENT = '2026-11-29';

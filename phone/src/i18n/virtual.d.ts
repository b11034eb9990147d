declare module 'virtual:catalogues' {
  /** Where the catalogue of each language is (build/catalogues.ts). */
  const urls: Record<import('./languages').Language, string>;
  export default urls;
}

// How both bundles are made small: the bundler's own minifier first, then terser, which finds what that one leaves.
import type { TerserOptions } from 'vite';

export const TERSER: TerserOptions = { module: true, ecma: 2020, compress: { passes: 2 } };

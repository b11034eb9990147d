// How both bundles are made small: terser rewrites the code, and the bundler's own minifier, which runs after it, names things. Names
// that come from one hand repeat more exactly: mangling in terser as well costs 0.3 kB in Brotli.
import type { TerserOptions } from 'vite';

export const TERSER: TerserOptions = { module: true, ecma: 2020, mangle: false, compress: { passes: 2 } };

export function bundleAsExpression(file: string, kind: 'probe' | 'page', minify?: boolean): Promise<string>;

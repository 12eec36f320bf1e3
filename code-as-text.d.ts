// Imports of code as text: see code-as-text.mjs.

declare module '*?probe' {
  /** An expression whose value is the one function that the file exports. For Node.js 16 and newer. */
  const text: string;
  export default text;
}

declare module '*?page' {
  /** An expression whose value is the one function that the file exports. For browsers. */
  const text: string;
  export default text;
}

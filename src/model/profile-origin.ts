// Whose profiles these are, where another tool made them.

/** The engine or tool whose format it is; "v8" also stands for Deno, and for Bun, which writes V8's format. */
export type ProfileTool = 'v8' | 'chrome' | 'hermes' | 'firefox' | 'safari';

export interface ProfileOrigin {
  tool: ProfileTool;
}

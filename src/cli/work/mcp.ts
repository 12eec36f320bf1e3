// `culprit mcp`: serves until the client disconnects.
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { serve } from '../../mcp/serve.ts';
import { listenForInterrupt } from '../interrupt.ts';

export interface McpOptions {
  files?: string[];
}

export async function serveTools({ files = ['.'] }: McpOptions): Promise<ExitCode> {
  // Elsewhere a reader that goes ends us at once; here a look may run, and its target is restored first.
  process.stdout.removeAllListeners('error');
  const interrupt = listenForInterrupt();
  try {
    await serve({ folders: files, signal: interrupt.signal });
    return EXIT.done;
  } finally {
    interrupt.dispose();
  }
}

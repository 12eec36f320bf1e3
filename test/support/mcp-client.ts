// The official client of the Model Context Protocol, connected to `culprit mcp` as agents are: over standard input and output.
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { CLI } from '../live/support/root.ts';

export interface ClientOptions {
  /** Absent: the newest revision that both know. `legacy`: what clients of 2025 speak. */
  era?: 'legacy';
  /** What its user says when asked; absent: the client cannot ask. */
  user?: (question: string) => { action: 'accept' | 'decline' | 'cancel'; content?: { allow: boolean } };
  /** Folders for --files. */
  files?: string[];
  cwd?: string;
}

export interface ConnectedClient {
  client: Client;
  transport: StdioClientTransport;
  /** Process id of the server. */
  pid: number;
  stderr(): string;
  call(name: string, args?: Record<string, unknown>): Promise<CallToolResult>;
  close(): Promise<void>;
}

const open = new Set<ConnectedClient>();

export async function connect({ era, user, files, cwd }: ClientOptions = {}): Promise<ConnectedClient> {
  const client = new Client(
    { name: 'culprit-test', version: '1.0.0' },
    {
      capabilities: user ? { elicitation: { form: {} } } : {},
      versionNegotiation: { mode: era ?? 'auto' },
    },
  );
  if (user) client.setRequestHandler('elicitation/create', ({ params }) => user(params.message));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, 'mcp', ...(files ? ['--files', ...files] : [])],
    stderr: 'pipe',
    ...(cwd !== undefined && { cwd }),
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await client.connect(transport);
  const connected: ConnectedClient = {
    client,
    transport,
    pid: transport.pid!,
    stderr: () => stderr,
    call: (name, args = {}) => client.callTool({ name, arguments: args }, { timeout: 120_000 }),
    async close() {
      open.delete(connected);
      await client.close();
    },
  };
  open.add(connected);
  return connected;
}

export async function closeAll(): Promise<void> {
  await Promise.all([...open].map((each) => each.close()));
}

/** All text of a result. */
export function textOf({ content }: CallToolResult): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** What stands within the marks of a result. */
export function dataOf(result: CallToolResult): Record<string, unknown> {
  const found = /^<data-([0-9a-f]{8})>\n(.*)\n<\/data-\1>$/m.exec(textOf(result));
  if (!found) throw new Error(`The result has no block of data: ${textOf(result)}`);
  return JSON.parse(found[2]!);
}

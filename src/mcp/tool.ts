// A tool: its name, what it takes, what it may do, and the work. Input is checked strictly, and every answer has one form.
import {
  type CallToolResult,
  type InputRequiredResult,
  isInputRequiredResult,
  type McpServer,
  type ServerContext,
  type ToolAnnotations,
} from '@modelcontextprotocol/server';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { AllowedFiles } from './allowed-files.ts';
import { type Answer, errorResult, resultOf } from './answer.ts';
import type { Consents } from './consent.ts';
import type { Recordings } from './recordings.ts';

/** What the tools of one connection share. */
export interface Session {
  files: AllowedFiles;
  recordings: Recordings;
  consents: Consents;
  /** Looks that run; the server ends after they have. */
  looks: Set<Promise<unknown>>;
}

/** One call of a tool. */
export interface Call {
  session: Session;
  context: ServerContext;
  /** Whether the client can put a question to its user. */
  canAskUser: boolean;
}

export interface Tool<Entries extends v.ObjectEntries> {
  name: string;
  title: string;
  description: string;
  entries: Entries;
  annotations: Required<Pick<ToolAnnotations, Hint>>;
  /** Throws CulpritError for what whoever calls can act on. */
  run(
    input: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
    call: Call,
  ): Promise<Answer | InputRequiredResult>;
}

type Hint = 'readOnlyHint' | 'destructiveHint' | 'idempotentHint' | 'openWorldHint';

/** Reads files, /proc or what was recorded; changes nothing, and the same call finds the same. */
export const READS_ONLY = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

export function addTool<Entries extends v.ObjectEntries>(
  server: McpServer,
  session: Session,
  { name, title, description, entries, annotations, run }: Tool<Entries>,
): void {
  const schema = v.strictObject(entries);
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: toStandardJsonSchema(schema),
      annotations: { title, ...annotations },
    },
    async (input: v.InferOutput<typeof schema>, context): Promise<CallToolResult | InputRequiredResult> => {
      try {
        const answer = await run(input, { session, context, canAskUser: canAskUser(server, context) });
        return isAnswer(answer) ? resultOf(answer) : answer;
      } catch (error) {
        return errorResult(error);
      }
    },
  );
}

const isAnswer = (result: Answer | InputRequiredResult): result is Answer => !isInputRequiredResult(result);

const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';

/** By what the request says of the client, or, for clients of 2025 and older, what it said at the start. */
function canAskUser(server: McpServer, { mcpReq }: ServerContext): boolean {
  const envelope: Record<string, unknown> = { ...mcpReq.envelope };
  const capabilities = envelope[CAPABILITIES_KEY] ?? server.server.getClientCapabilities();
  const elicitation = (capabilities as { elicitation?: object } | undefined)?.elicitation;
  // Without any mode it is forms, as before there were others.
  return elicitation !== undefined && (Object.keys(elicitation).length === 0 || 'form' in elicitation);
}

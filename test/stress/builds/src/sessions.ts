// Types first: a compiler removes them, and what follows moves up.
export interface Session {
  id: number;
  profile: Record<string, string>;
  marks: string[];
}

export type Listener = (session: Session) => void;

const sessions = new Map<number, Session>();

interface Total {
  sessions: number;
}

export function remember(id: number): Session {
  const session: Session = {
    id,
    profile: { name: `user ${id}`, mail: `user${id}@example.org`, text: 'x'.repeat(400) + id },
    marks: Array.from({ length: 40 }, (_, i) => `${id}-${i}`),
  };
  sessions.set(id, session); // LEAK
  return session;
}

export function count(): Total {
  return { sessions: sessions.size };
}

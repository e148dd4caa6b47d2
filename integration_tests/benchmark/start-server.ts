import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What is to be served from now on. */
export interface Serving {
  readonly columns: number;
  readonly rows: number;
  /** How long each job takes. */
  readonly jobMs: number;
}

/** `ready` answers a Serving; `complete` is sent when a client hears for the first time that its job is complete. */
export type ServerNote =
  | { readonly kind: 'listening' }
  | { readonly kind: 'ready'; readonly url: string; readonly csvBytes: number }
  | { readonly kind: 'complete'; readonly atEpochMs: number };

/** The serving process. */
export interface Server {
  /** Its address, and how much CSV there is to read. */
  serve(serving: Serving): Promise<{ readonly url: string; readonly csvBytes: number }>;
  /** When a client last heard for the first time that its job is complete, in epoch milliseconds. */
  completedAtEpochMs(): number;
  stop(): void;
}

export const startServer = async (): Promise<Server> => {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), { execArgv: [] });
  let completedAt = 0;
  let ready = Promise.withResolvers<{ url: string; csvBytes: number }>();
  const listening = Promise.withResolvers<void>();
  child.on('message', (note: ServerNote) => {
    if (note.kind === 'listening') listening.resolve();
    else if (note.kind === 'ready') ready.resolve(note);
    else completedAt = note.atEpochMs;
  });
  child.on('exit', () => ready.reject(new Error('The server of the benchmark has gone.')));
  await listening.promise;
  return {
    serve(serving) {
      ready = Promise.withResolvers();
      child.send(serving);
      return ready.promise;
    },
    completedAtEpochMs: () => completedAt,
    stop: () => void child.kill(),
  };
};

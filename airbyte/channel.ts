import type { Output } from './output.ts';
import type { AirbyteMessage, JsonObject, RecordLines, TraceError } from './protocol.ts';
import { collectSecrets, scrub } from './secrets.ts';

/** Every message goes to the output through it. It scrubs the config's secrets from texts meant for people. */
export interface Channel {
  emit(message: AirbyteMessage | RecordLines): void;
  /** Like `Output.room`, but never resolves once the channel is closed, which stops a loop that emits. */
  room(): Promise<void> | undefined;
  /** From now on, scrubs the secrets of this config too. */
  hideSecretsOf(config: unknown): void;
  /** Whether a TRACE error has been emitted. */
  failed(): boolean;
  /** Drops whatever is emitted from now on. */
  close(): void;
}

const scrubError = (error: TraceError, clean: (text: string) => string): TraceError => ({
  ...error,
  message: clean(error.message),
  ...(error.internal_message !== undefined && { internal_message: clean(error.internal_message) }),
  ...(error.stack_trace !== undefined && { stack_trace: clean(error.stack_trace) }),
});

const scrubMessage = (message: AirbyteMessage, clean: (text: string) => string): AirbyteMessage => {
  if (message.type === 'LOG') {
    const { log } = message;
    const stack = log.stack_trace === undefined ? {} : { stack_trace: clean(log.stack_trace) };
    return { type: 'LOG', log: { level: log.level, message: clean(log.message), ...stack } };
  }
  if (message.type === 'CONNECTION_STATUS' && message.connectionStatus.message !== undefined) {
    const { status, message: text } = message.connectionStatus;
    return { type: 'CONNECTION_STATUS', connectionStatus: { status, message: clean(text) } };
  }
  if (message.type === 'TRACE' && message.trace.type === 'ERROR') {
    return { type: 'TRACE', trace: { ...message.trace, error: scrubError(message.trace.error, clean) } };
  }
  return message;
};

/** `connectionSpecification` marks which keys of a config are secret. */
export const createChannel = (output: Output, connectionSpecification: () => JsonObject): Channel => {
  let secrets: readonly string[] = [];
  let failed = false;
  let closed = false;

  const hideSecretsOf = (config: unknown) => {
    const all = new Set([...secrets, ...collectSecrets(config, connectionSpecification())]);
    secrets = [...all].sort((a, b) => b.length - a.length);
  };

  return {
    emit(message) {
      if (closed) return;
      if (message.type === 'RECORD_LINES' || message.type === 'RECORD') {
        output.put(message);
        return;
      }
      // A renewed token is as secret as the one it replaces.
      if (message.type === 'CONTROL') hideSecretsOf(message.control.connectorConfig.config);
      if (message.type === 'TRACE' && message.trace.type === 'ERROR') failed = true;
      output.put(scrubMessage(message, (text) => scrub(text, secrets)));
    },
    room: () => (closed ? new Promise<void>(() => undefined) : output.room()),
    hideSecretsOf,
    failed: () => failed,
    close() {
      closed = true;
    },
  };
};

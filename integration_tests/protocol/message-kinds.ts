import type { AirbyteMessage } from '../../airbyte/protocol.ts';

// What a connector has said, by the kind of message.

type Messages = readonly AirbyteMessage[];

export const traceErrors = (messages: Messages) =>
  messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'ERROR' ? [message.trace.error] : [],
  );

export const connectionStatuses = (messages: Messages) =>
  messages.flatMap((message) => (message.type === 'CONNECTION_STATUS' ? [message.connectionStatus] : []));

/** Texts of the LOG messages, of one level or of all. */
export const logTexts = (messages: Messages, level?: string): readonly string[] =>
  messages.flatMap((message) =>
    message.type === 'LOG' && (level === undefined || message.log.level === level) ? [message.log.message] : [],
  );

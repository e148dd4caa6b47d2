import type { AirbyteMessage } from '../../airbyte/protocol.ts';
import schema from '../../schemas/protocol.json' with { type: 'json' };
import { validator } from '../../schemas/validator.ts';

// What Airbyte's protocol says of a line on stdout, and of the files a connector is given.

const { definitions } = schema;
const problemsOf = {
  message: validator(schema),
  catalog: validator({ definitions, $ref: '#/definitions/configuredCatalog' }),
  states: validator({ definitions, $ref: '#/definitions/savedStates' }),
};

/** What is wrong with a line as a message of the protocol; empty when nothing is. Never quotes the line's values. */
export const lineFaults = (line: string): readonly string[] => {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return ['is not JSON'];
  }
  return problemsOf.message(message);
};

/** The message on a line. Throws, naming its writer, when the line is not one of the protocol. */
export const messageOn = (line: string, writer: string): AirbyteMessage => {
  const faults = lineFaults(line);
  if (faults.length === 0) return JSON.parse(line) as AirbyteMessage;
  throw new Error(
    `${writer} wrote a line that is not an Airbyte message (${faults.join('; ')}): ${line.slice(0, 500)}`,
  );
};

/** Throws when a catalog or saved states for a connector are not what the platform would give it. */
export const checkGiven = (kind: 'catalog' | 'states', given: unknown): void => {
  const faults = problemsOf[kind](given);
  if (faults.length > 0) throw new Error(`The ${kind} for the connector cannot be: ${faults.join('; ')}`);
};

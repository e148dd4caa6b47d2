/** A refusal as Salesforce words it: a status, and one entry of the array of errors in the body. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly errorCode: string;
  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
}

/** The array-shaped body of a data API's error. */
export const errorBody = (errorCode: string, message: string): string => JSON.stringify([{ message, errorCode }]);

/** For a query that Salesforce would not parse. */
export const malformedQuery = (message: string): Refusal => new Refusal(400, 'MALFORMED_QUERY', message);

// Why records are skipped or rejected, and why fields are left out. The words are keys in the ledger, which scripts read, so they
// are never renamed; the sentences make up the tables in the documentation.

/** Each reason with its meaning. */
export const SKIP_REASONS = {
  deleted: 'Deleted in Salesforce, and `deleted_records` is `ignore`.',
  converted: 'A converted lead who is not in Ortto, or whose person has already been handed over.',
  conversion_conflict:
    'The lead and its contact are already two people in Ortto: merge them in Ortto if they are the same person.',
  exists:
    'The person or organization is already in Ortto, and the merge strategy `ignore` leaves existing ones unchanged.',
  not_in_ortto: 'Not in Ortto, and `create_new` is off; or deleted in Salesforce and never in Ortto.',
  not_mapped: 'The stream has the target `none`.',
  no_person: 'An activity that refers to nobody, or whose person or organization is not in Ortto.',
  older_than_90_days: 'An activity older than the 90 days that Ortto keeps.',
  lives_on: 'Deleted, but the person also belongs to another Salesforce record that still exists.',
  merged_in_salesforce: 'Deleted because it was merged into another record, which keeps the person.',
} as const;

const UNFIT =
  'The value does not match the type of the Ortto field: map the field to another one, or correct the value.';
const TOO_LARGE = 'More than Ortto accepts in one field, activity or request: map fewer fields.';
const UNKNOWN_OUTCOME =
  'Ortto accepted the record but did not report what became of it. It is sent again when it changes; if there are many of these, let us know.';
const WRONG_KIND =
  "The field that identifies an activity's person or account holds the id of another kind of record: set `person`, or another target.";
const NO_VALID_TIME =
  'An activity without a readable time, or with a time in the future, which might still change: set `activity.occurred_at` to another field. A date without time may be up to 14 hours ahead of UTC; if Ortto refuses it before then, the record has to be sent again later.';

/** Why a field is left out of a record that is written without it; each reason with what to do. */
export const LEFT_OUT_REASONS = {
  not_an_email: 'Correct the address in Salesforce.',
  not_a_phone:
    "Correct the number in Salesforce, or map the field to a text field. Where the country is known (the record's, or `phone_country`), it can have no such number.",
  not_a_number: UNFIT,
  not_an_integer: UNFIT,
  number_out_of_range: UNFIT,
  not_a_date: UNFIT,
  not_a_time: UNFIT,
  not_a_boolean: UNFIT,
  not_a_list: UNFIT,
  not_an_object: UNFIT,
  not_text: UNFIT,
  object_too_large: 'More than Ortto accepts in one field: map the field to `none`.',
  no_id: 'The field does not hold the id of a Salesforce record.',
  nulled: 'The source or the platform could not pass the value on and says so in the record. What Ortto has is kept.',
  refused: "Ortto refused the record because of this field. The data source's log in Ortto has the original message.",
} as const;

export type LeftOutReason = keyof typeof LEFT_OUT_REASONS;

/** Each reason with what to do. `status_…` covers every Ortto status that is not known here. */
export const REJECT_REASONS = {
  activity_too_large: TOO_LARGE,
  record_too_large: TOO_LARGE,
  no_match_key:
    'The record has no usable value for any match key: correct the values in Salesforce, or add `salesforce_id` to `match_by`.',
  no_id: 'The record has no Salesforce id.',
  no_data: 'An empty record: check what sits between the source and the destination.',
  no_definition: 'Define the activity in Ortto; the log names it.',
  no_time: NO_VALID_TIME,
  not_a_time: NO_VALID_TIME,
  in_the_future: NO_VALID_TIME,
  several_ids: 'The record of a custom object refers to several people: set `person` in `objects`.',
  not_a_person: WRONG_KIND,
  not_an_organization: WRONG_KIND,
  too_many_a_day: 'More than 50 activities of one kind for one person on one day.',
  suppressed: "The address is on Ortto's suppression list.",
  unknown_field: 'The Ortto field was deleted while the sync ran; the next sync creates it again.',
  invalid:
    "Ortto refused a value; the line names the field if Ortto did. The data source's log in Ortto has the original message.",
  not_found_again: UNKNOWN_OUTCOME,
  no_verdict: UNKNOWN_OUTCOME,
  no_status: UNKNOWN_OUTCOME,
  'status_…': UNKNOWN_OUTCOME,
} as const;

export type SkipReason = keyof typeof SKIP_REASONS;

/** The last form contains Ortto's own word for an unknown status. */
export type RejectReason = Exclude<keyof typeof REJECT_REASONS, 'status_…'> | `status_${string}`;

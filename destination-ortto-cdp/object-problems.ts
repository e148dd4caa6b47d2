// What a schema cannot say of the entries of `objects`: what they have in common, and what an option requires of another.

interface FieldEntry {
  readonly from: string;
  readonly to: string;
  readonly opted_out_when?: readonly string[];
  readonly opted_in_when?: readonly string[];
}

interface ObjectEntry {
  readonly stream: string;
  readonly fields?: readonly FieldEntry[];
}

/** One sentence each; none of the config's values is quoted but names of objects, fields and targets. */
export const objectProblems = (objects: readonly ObjectEntry[]): string[] => {
  const seen = new Map<string, number>();
  return objects.flatMap((object, index) => {
    const earlier = seen.get(object.stream);
    seen.set(object.stream, index);
    const repeated =
      earlier === undefined ? [] : [`objects[${index}].stream: ${object.stream} is already in objects[${earlier}]`];
    return [...repeated, ...fieldProblems(object, index)];
  });
};

const fieldProblems = (object: ObjectEntry, index: number): string[] => {
  const seen = new Map<string, number>();
  return (object.fields ?? []).flatMap((field, row) => {
    const earlier = seen.get(field.from);
    seen.set(field.from, row);
    const repeated =
      earlier === undefined
        ? []
        : [`objects[${index}].fields[${row}].from: ${field.from} is already in objects[${index}].fields[${earlier}]`];
    return [...repeated, ...consentProblems(field, `objects[${index}].fields[${row}]`)];
  });
};

/** What `to` accepts for a field that holds a permission. */
const PERMISSION_TARGETS: ReadonlySet<string> = new Set(['email_permission', 'sms_permission', 'bol::p', 'bol::sp']);

const consentProblems = (field: FieldEntry, place: string): string[] => {
  const given = (['opted_out_when', 'opted_in_when'] as const).filter((option) => field[option] !== undefined);
  const ofOption = given.flatMap((option) => {
    const values = field[option] ?? [];
    if (!PERMISSION_TARGETS.has(field.to))
      return [
        `${place}.${option}: only email_permission and sms_permission are read by values, but ${field.from} goes to ${field.to}; remove ${option}, or change to`,
      ];
    if (values.length === 0)
      return [`${place}.${option}: must name at least one value, for example ["${EXAMPLES[option]}"]; or remove it`];
    return values.some((value) => value.trim() === '')
      ? [`${place}.${option}: must not contain an empty value; an empty field is an opt-out only under opted_in_when`]
      : [];
  });
  return given.length < 2
    ? ofOption
    : [
        ...ofOption,
        `${place}: keep one of opted_out_when and opted_in_when: the first names who has opted out, the second names who has opted in and makes opt-outs of everybody else`,
      ];
};

const EXAMPLES = { opted_out_when: 'Opted out', opted_in_when: 'Opted in' } as const;

// Characters that nobody sees, pasted along with a text, make another person of the same address and another option of the same
// word. They are removed before a value is looked at.

/** Format and control characters of any kind; the common texts have none. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/u;
/** Less tab and line breaks: what stands on two lines is not one key. */
const ALL_INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  /[\p{Cf}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

/**
 * Those that carry no meaning in running text. Kept there: tab and line breaks; the joiners U+200C and U+200D, with which Persian
 * words and many emoji are written; visible signs that Unicode counts as format characters (U+0600 and others); tags of flags.
 */
const MEANINGLESS =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A key, an id, an address or a number without any invisible character, and without space around it. */
export const withoutInvisible = (text: string): string =>
  (INVISIBLE.test(text) ? text.replaceAll(ALL_INVISIBLE, '') : text).trim();

/** A text without meaningless characters; empty when nothing in it can be seen. Space around it is kept. */
export const visibleText = (text: string): string => {
  if (!INVISIBLE.test(text)) return text;
  const visible = text.replaceAll(MEANINGLESS, '');
  return withoutInvisible(visible) === '' ? '' : visible;
};

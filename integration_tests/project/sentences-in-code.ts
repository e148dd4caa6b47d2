// What connectors can say to a person, read off their code: tests hold the documents to it.

/** A text given to one of these calls is for the person who runs the sync. */
const HEADS =
  /(?:new (?:ConfigError|TransientError|SalesforceFailure)|log(?:ger)?\.warn|(?:problems|warnings)\.push|refuse)\(|\bproblem: (?=[`'"])/g;
/** A text that begins so is about an option, wherever it is used. */
const OPTION = /[`'"](?=(?:[a-z]+_[a-z_]+|objects\[[^:`'"\n]*): )/g;

interface Literal {
  readonly text: string;
  /** Where the code continues after it. */
  readonly end: number;
}

/** The text literal that begins at `start`, with `…` for what varies. */
const literalAt = (code: string, start: number): Literal => {
  const quote = code[start];
  let text = '';
  let at = start + 1;
  while (at < code.length && code[at] !== quote) {
    if (code[at] === '\\') {
      text += code[at + 1] === 'n' ? '\n' : (code[at + 1] ?? '');
      at += 2;
    } else if (quote === '`' && code.startsWith('${', at)) {
      at = endOfExpression(code, at + 2);
      text += '…';
    } else {
      text += code[at];
      at += 1;
    }
  }
  return { text, end: at + 1 };
};

/** Behind the brace that closes an expression within a template. */
const endOfExpression = (code: string, start: number): number => {
  let depth = 1;
  let at = start;
  while (depth > 0 && at < code.length) {
    const character = code[at] ?? '';
    if (`'"\``.includes(character)) at = literalAt(code, at).end;
    else {
      if (character === '{') depth += 1;
      if (character === '}') depth -= 1;
      at += 1;
    }
  }
  return at;
};

/** The literals from `start` to the end of the call or value there; pieces put together with `+` as one. */
const literalsOf = (code: string, start: number, isCall: boolean): string[] => {
  const found: string[] = [];
  let isContinued = false;
  let depth = 0;
  for (let at = start; at < code.length; at += 1) {
    const character = code[at] ?? '';
    if (`'"\``.includes(character)) {
      const { text, end } = literalAt(code, at);
      if (isContinued) found.push(`${found.pop() ?? ''}${text}`);
      else found.push(text);
      isContinued = /^\s*\+\s*['"`]/.test(code.slice(end));
      at = end - 1;
    } else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) {
      if (depth === 0) break;
      depth -= 1;
    } else if (depth === 0 && (character === ';' || (!isCall && character === ','))) break;
  }
  return found;
};

/** The sentences of errors, problems and warnings in the code, each once; words alone are left out. */
export const saidIn = (code: string): string[] => {
  const bare = code.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  const texts = [...bare.matchAll(HEADS)].flatMap(({ 0: head, index }) =>
    literalsOf(bare, index + head.length, head.endsWith('(')),
  );
  const ofOptions = [...bare.matchAll(OPTION)].map(({ index }) => literalAt(bare, index).text);
  return [...new Set([...texts, ...ofOptions])].filter((text) => / /.test(text.trim()) && /[a-z]{3}/.test(text));
};

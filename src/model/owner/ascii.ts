// Which ASCII characters a string consists of. It runs on Node 16 inside of other processes, where regular expressions are
// not allowed.

export function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

export function isLetter(char: string | undefined): boolean {
  return char !== undefined && ((char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z'));
}

/** A letter, a digit or an underscore. */
export function isOfWords(char: string | undefined): boolean {
  return isLetter(char) || isDigit(char) || char === '_';
}

/** Not empty, of letters, digits, underscores and what is `also` allowed. */
export function isWord(text: string, also = ''): boolean {
  return text !== '' && Array.from(text).every((char) => isOfWords(char) || also.includes(char));
}

/** What is left of a text when only these of its characters are kept. */
export function keepOnly(text: string, isKept: (char: string) => boolean): string {
  return Array.from(text).filter(isKept).join('');
}

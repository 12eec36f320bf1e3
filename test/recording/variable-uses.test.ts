// Which names in a minified script mean the variable that a function closes over.
import { expect, test } from 'vitest';
import { readWords, usesOfVariable } from '../../src/recording/sources/variable-uses.ts';

/** The text after each use of `o`, as the function sees it that begins at "@". */
function after(script: string): string[] {
  const start = script.indexOf('@');
  const text = script.replace('@', '');
  return usesOfVariable(readWords(text)!, start, 'o').map((at) => text.slice(at + 1, at + 5));
}

test.each<[what: string, script: string, uses: string[]]>([
  ['in the function itself', 'let o=1;function a@(){return o.one}', ['.one', '=1;f']],
  ['of the block around it, if it uses none', 'let o=1;function a@(){}', ['=1;f']],
  ['of the innermost block', 'let o=1;{let o=2;x=@()=>{}}', ['=2;x', '=1;{']],
  ['in a list of declarations', 'let e=1,o=two();a(@()=>{})', ['=two']],
  ['and of no block beside it', 'e=>{let o=1;o.x()};t=>{let o=2;a(@()=>{})}', ['=2;a']],
  ['of a block that goes on after it', 'a(@()=>{});var o=3;', ['=3;']],
  [
    'and no parameter of another function',
    'let o=1;a(@()=>{[].map(function(o){o.no});o.yes})',
    ['.yes', '=1;a'],
  ],
  [
    'and no parameter of an arrow function',
    'let o=1;a(@()=>{b((e,o)=>{o.no});b(o=>{o.no});o.yes})',
    ['.yes', '=1;a'],
  ],
  ['and no part of a parameter', 'let o=1;a(@()=>{b(({x:o})=>{o.no})})', ['=1;a']],
  [
    'and no variable of a loop',
    'let o=1;a(@()=>{for(let o of b){o.no}if(o){o.yes}})',
    ['){o.', '.yes', '=1;a'],
  ],
  ['and none that an inner block declares', 'let o=1;a(@()=>{{let o=2;o.no}})', ['=1;a']],
  ['and no property or key', 'let o=1;a(@()=>{b.o;b?.o;b({o:1})})', ['=1;a']],
  ['of an arrow function that is an expression', 'let o=1;a(@e=>e,()=>{o.no})', ['=1;a']],
  ['around texts and expressions', 'let o=1;a(@()=>{b("{o",`${o.yes}{`,/[{o]/)})', ['.yes', '=1;a']],
])('%s', (_, script, uses) => {
  expect(after(script)).toEqual(uses);
});

test.each(['let o="', 'a(/', `${' '.repeat(3_000_001)}`])(
  'a script that cannot be read has no words',
  (text) => {
    expect(readWords(text)).toBe(null);
  },
);

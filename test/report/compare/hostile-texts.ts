// Texts that a target, a repository or a file of accepted findings may hold, by what they try.

export const HOSTILE_TEXTS: [what: string, text: string][] = [
  ['markup', '</script><script>alert(1)</script><img src=x onerror=alert(2)><!-- ]]> &amp; "\'>'],
  ['escape codes', '\x1b[31mred\x1b]8;;http://evil.example\x07link\x1b]8;;\x07 \u202etxt.exe \0'],
  ['table cells', 'a|b || c \\| d \\\\| e | --- | f\\'],
  ['code spans', '`a` ``b`` ```c \\` `'],
  ['line breaks', 'one\ntwo\r\n::error file=x::three\n\n# four\n- five\n##[set-output name=x]y\u2028six'],
  ['workflow commands', '::set-output name=x::y ::error::z ##[add-mask]w %0A%25'],
  [
    'mentions and links',
    '@octocat/team hi@evil.example #123 org/repo#1 http://evil.example www.evil.example',
  ],
  [
    'links',
    '[click](http://evil.example) ![x](http://evil.example/x.png) <http://evil.example> [x]: http://y',
  ],
  ['emphasis', '**bold** _it_ ~~gone~~ ~gone~ $x$ :100: :tada: [^1] <details> <b>'],
  ['lone surrogates', 'a\ud800b\udfff\ufffe\uffff😀'],
  ['a megabyte', 'x'.repeat(1 << 20)],
  ['a megabyte of markup', '<|`@*'.repeat(200_000)],
  ['nothing', ''],
  ['space', '  '],
];

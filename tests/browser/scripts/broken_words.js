// Words of answers and choices that go over the end of a line in the middle.
() => {
  const broken = [];
  for (const control of document.querySelectorAll('.btn.main, .btn.quiet, .two .btn, .pick label')) {
    if (!control.checkVisibility()) continue;
    const walker = document.createTreeWalker(control, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode())
      for (const { 0: word, index } of text.data.matchAll(/[\p{L}\p{N}]+/gu)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word);
      }
  }
  return broken;
}

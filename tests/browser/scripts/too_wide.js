// What reaches beyond the screen, or whose words are cut off at its edge.
() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  // With text of twice the size on the smallest phone, a long word has no other way.
  const ordinary = parseFloat(getComputedStyle(document.documentElement).fontSize) <= 16;
  // Words that stand on two lines without a hyphen.
  const broken = (one) => {
    const words = [];
    const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const { 0: word, index } of texts.currentNode.data.matchAll(/[\p{L}\p{N}]+/gu)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, index);
        range.setEnd(texts.currentNode, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) words.push(word);
      }
    }
    return words;
  };
  if (document.documentElement.scrollWidth > width) found.push(`the page: ${document.documentElement.scrollWidth}`);
  for (const one of document.querySelectorAll('button, a, p, h1, h2, h3, label, input, li, legend, dialog, .porch span')) {
    const box = one.getBoundingClientRect();
    const hidden = box.width <= 1 || one.closest('.sr') || getComputedStyle(one).visibility === 'hidden';
    if (hidden) continue;
    if (box.right > width + 1 || box.left < -1) found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: ${box.left}–${box.right}`);
    const squeezed = one.matches('p, h1, h2, h3, label') && one.textContent.trim().length > 12 && box.width < 2.5 * parseFloat(getComputedStyle(one).fontSize);
    if (squeezed) found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: squeezed into ${box.width}`);
    const clipped = one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible';
    // Words that stick out of what is pressed are seen, but look broken.
    const words = document.createRange();
    words.selectNodeContents(one);
    const text = words.getBoundingClientRect();
    const framed = one.matches('.btn, .pick label, .feel button, .porch span, .field');
    if (framed && text.width && (text.right > box.right + 1 || text.left < box.left - 1)) found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: words outside it`);
    for (const word of framed && ordinary ? broken(one) : []) found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: "${word}" is broken`);
    if (clipped && one.tagName !== 'INPUT') found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: cut off`);
  }
  return found;
}

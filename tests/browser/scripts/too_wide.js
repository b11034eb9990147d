// What reaches beyond the screen, or whose words are cut off at its edge.
() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > width) found.push(`the page: ${document.documentElement.scrollWidth}`);
  for (const one of document.querySelectorAll('button, a, p, h1, h2, h3, label, input, li, legend, dialog, .porch span')) {
    const box = one.getBoundingClientRect();
    const hidden = box.width <= 1 || one.closest('.sr') || getComputedStyle(one).visibility === 'hidden';
    if (hidden) continue;
    if (box.right > width + 1 || box.left < -1) found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: ${box.left}–${box.right}`);
    const clipped = one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible';
    // Words that stick out of what is pressed are seen, but look broken.
    const words = document.createRange();
    words.selectNodeContents(one);
    const text = words.getBoundingClientRect();
    const framed = one.matches('.btn, .pick label, .porch span, .field');
    if (framed && text.width && (text.right > box.right + 1 || text.left < box.left - 1)) found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: words outside it`);
    if (clipped && one.tagName !== 'INPUT') found.push(`${one.tagName} ${one.textContent.slice(0, 40)}: cut off`);
  }
  return found;
}

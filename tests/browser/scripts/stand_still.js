// Holds the light at its fullest and the ring of undo where a second has passed, so that a picture is the same each time.
async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (const one of document.getAnimations()) {
    one.pause();
    one.currentTime = one.effect.getTiming().iterations === Infinity ? 4000 : 1000;
  }
}

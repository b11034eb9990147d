// What a camera reads from a picture (PNG in base64); null when there is no code in it. jsQR stands in for the camera's app.
async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const ground = new OffscreenCanvas(image.width, image.height).getContext('2d');
  ground.drawImage(image, 0, 0);
  return jsQR(ground.getImageData(0, 0, image.width, image.height).data, image.width, image.height)?.data ?? null;
}

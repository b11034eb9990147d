// In the service worker: the newest notification is tapped, or the button `action` on it.
async (action) => {
  const shown = await self.registration.getNotifications();
  const notification = shown[shown.length - 1];
  self.dispatchEvent(new NotificationEvent('notificationclick', { notification, action }));
}

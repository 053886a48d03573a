/**
 * Ids of events. A client chooses the id of a text that it types, and others drop an id that they have seen: an id of an event
 * must not be chosen again. The relay's are UUIDs of version 8 (RFC 9562: its bits mean what their maker says).
 */

export const newEventId = (): string => {
  const id = crypto.randomUUID();
  return `${id.slice(0, versionAt)}8${id.slice(versionAt + 1)}`;
};

/** Whether the relay may have made the id. */
export const isEventId = (id: string): boolean => /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-/i.test(id);

const versionAt = 14;

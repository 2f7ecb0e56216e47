import { postJson, send } from './http';
import type { Annotation } from './series';

/** Stores an annotation in place of what is stored for its series and start. */
export async function saveAnnotation({ custom, ...note }: Annotation): Promise<void> {
  const { tsuid, endTime, ...rest } = note;
  await postJson(
    'api/annotation',
    {
      ...rest,
      ...(tsuid === '' ? {} : { tsuid }),
      ...(endTime === 0 ? {} : { endTime }),
      ...(custom.size === 0 ? {} : { custom: Object.fromEntries(custom) }),
    },
    undefined,
    'PUT',
  );
}

export async function deleteAnnotation({ tsuid, startTime }: Pick<Annotation, 'tsuid' | 'startTime'>): Promise<void> {
  const body = JSON.stringify({ startTime, ...(tsuid === '' ? {} : { tsuid }) });
  await send('api/annotation', { method: 'DELETE', headers: { 'Content-Type': 'application/json' }, body });
}

/** One point, as `/api/put` takes it. @throws ApiError with the reason of the first refusal */
export async function putPoint(metric: string, timestamp: number, value: number, tags: Record<string, string>): Promise<void> {
  await postJson('api/put?sync', { metric, timestamp, value, tags });
}

/** Brings one file to the box by tus. A chunk of its own: loaded with the first file that is sent. */
import { DetailedError, Upload } from 'tus-js-client'
import type { UploadHearer } from '../core/uploads.svelte'
import type { Attachment, UploadId } from '../protocol'
import { faultOf } from './uploadFault'

const UPLOADS = `${location.origin}/api/uploads`

/** Begins it, or goes on with it. What it gives ends that. */
export function bring(
  file: Blob,
  { name, media_type }: Attachment,
  upload: UploadId | null,
  hear: UploadHearer,
): () => void {
  // With both, an answer that passes (the box is busy) would be taken for a loss, and all of it brought anew.
  const place = upload === null ? { endpoint: UPLOADS } : { uploadUrl: `${UPLOADS}/${upload}` }
  const bringing = new Upload(file, {
    ...place,
    metadata: { filename: name, filetype: media_type },
    // When to try again is known better where it is known whether the box is there.
    retryDelays: null,
    storeFingerprintForResuming: false,
    onUploadUrlAvailable: () => hear.begun(bringing.url!.split('/').at(-1)!),
    onProgress: (bytes) => hear.came(bytes),
    onSuccess: () => hear.done(),
    onError: (thrown) => {
      const answer = thrown instanceof DetailedError ? thrown.originalResponse : null
      hear.failed(faultOf(answer?.getStatus() ?? 0, answer?.getBody() ?? ''))
    },
  })
  bringing.start()
  return () => void bringing.abort()
}

//! Why an upload does not begin, or does not go on.

use crate::blobs::{Left, Refused, UploadFault};
use crate::proto::code::ErrorCode;
use crate::proto::storage::{StorageBound, StorageLimits};

use super::super::refusal::Refusal;

/// Why no upload begins, with what there is and how much of it is left.
pub(in super::super) fn refusal_of(refused: Refused, limits: &StorageLimits) -> Refusal {
    match refused {
        Refused::Large => Refusal::over(ErrorCode::FileLarge, Some(limits.file_bytes_max), None),
        Refused::Over(Left { bytes, bound }) => {
            let (code, max) = match bound {
                StorageBound::All => (ErrorCode::FilesFull, Some(limits.all_bytes_max)),
                StorageBound::Disk => (ErrorCode::DiskFull, None),
                StorageBound::Person => (ErrorCode::QuotaFull, Some(limits.person_bytes_max)),
            };
            Refusal::over(code, max, Some(bytes))
        }
        Refused::OfOne => ErrorCode::LimitReached.into(),
        Refused::InAll | Refused::Uncounted => ErrorCode::Busy.into(),
        Refused::Disk(fault) => UploadFault::Disk(fault).into(),
    }
}

impl From<UploadFault> for Refusal {
    fn from(fault: UploadFault) -> Self {
        match fault {
            UploadFault::Elsewhere { .. } | UploadFault::PutOut => ErrorCode::UploadOffset.into(),
            UploadFault::TooLong => ErrorCode::TooLarge.into(),
            UploadFault::Disk(fault) if fault.kind() == std::io::ErrorKind::StorageFull => ErrorCode::DiskFull.into(),
            UploadFault::Disk(fault) => {
                log::error!("an upload could not be stored: {fault}");
                ErrorCode::StorageFailed.into()
            }
        }
    }
}

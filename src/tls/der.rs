//! The few bytes of DER that porch writes itself.

/// `content` behind its tag and length.
pub(super) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut der = vec![tag];
    match significant {
        [] => der.push(0),
        [short @ 0..=127] => der.push(*short),
        long => {
            der.push(0x80 | long.len() as u8);
            der.extend_from_slice(long);
        }
    }
    der.extend_from_slice(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_as_few_bytes_as_they_can() {
        assert_eq!(tagged(4, &[]), [4, 0]);
        assert_eq!(tagged(4, &[7; 127])[..3], [4, 127, 7]);
        assert_eq!(tagged(4, &[7; 128])[..4], [4, 0x81, 128, 7]);
        assert_eq!(tagged(4, &[7; 256])[..5], [4, 0x82, 1, 0, 7]);
    }
}

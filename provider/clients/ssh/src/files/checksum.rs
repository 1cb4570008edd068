//! Checksums that a host can compute, too.

use std::fmt::Write as _;

use aws_lc_rs::digest;

/// The generator polynomial of POSIX `cksum`.
const POLYNOMIAL: u32 = 0x04c1_1db7;
const TABLE: [u32; 256] = table();

/// SHA-256 in hexadecimal, as `sha256sum` prints it.
pub(super) fn sha256(content: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, content);
    let mut text = String::with_capacity(64);
    for byte in hash.as_ref() {
        // Writing to a string does not fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}

/// The checksum that POSIX `cksum` prints: a CRC over the content and its length.
pub(super) fn cksum(content: &[u8]) -> u32 {
    let mut length = content.len();
    let mut crc = content.iter().fold(0, |crc, byte| add(crc, *byte));
    while length > 0 {
        crc = add(crc, length.to_le_bytes()[0]);
        length >>= 8;
    }
    !crc
}

fn add(crc: u32, byte: u8) -> u32 {
    (crc << 8) ^ TABLE[usize::from(crc.to_be_bytes()[0] ^ byte)]
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u32;
    let mut index = 0;
    while index < 256 {
        let mut crc = byte << 24;
        let mut bit = 0;
        while bit < 8 {
            let carry = crc & 0x8000_0000 != 0;
            crc <<= 1;
            if carry {
                crc ^= POLYNOMIAL;
            }
            bit += 1;
        }
        table[index] = crc;
        index += 1;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sums() {
        // `printf '' | cksum` and `printf 123456789 | cksum`.
        assert_eq!(cksum(b""), 4_294_967_295);
        assert_eq!(cksum(b"123456789"), 930_766_865);
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

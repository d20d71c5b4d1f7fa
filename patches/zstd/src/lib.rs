//! The part of the crate `zstd` that reading Parquet and Arrow takes, over the decoder of `ruzstd`.
//!
//! Nobody here writes such files: packing is an error, not a second implementation.

/// Levels of packing that may be named.
pub fn compression_level_range() -> std::ops::RangeInclusive<i32> {
    -131_072..=22
}

/// Whole buffers at once.
pub mod bulk {
    use ruzstd::decoding::FrameDecoder;
    use std::io::{Cursor, Error, ErrorKind, Result};
    use std::marker::PhantomData;

    /// Window that any frame may ask for, bytes: that of the highest usual level.
    const WINDOW: usize = 8 << 20;

    /// Would pack.
    pub struct Compressor<'a>(PhantomData<&'a ()>);

    impl Compressor<'static> {
        /// Never fails; packing does.
        pub fn new(_level: i32) -> Result<Self> {
            Ok(Compressor(PhantomData))
        }
    }

    impl Compressor<'_> {
        /// Always an error.
        pub fn compress_to_buffer(&mut self, _from: &[u8], _to: &mut Cursor<&mut Vec<u8>>) -> Result<usize> {
            Err(Error::new(ErrorKind::Unsupported, "nothing is packed by zstd here"))
        }
    }

    /// Unpacks.
    pub struct Decompressor<'a>(PhantomData<&'a ()>);

    impl Decompressor<'static> {
        /// Allocates nothing.
        pub fn new() -> Result<Self> {
            Ok(Decompressor(PhantomData))
        }
    }

    impl Decompressor<'_> {
        /// Unpacks into what is free of the vector behind the cursor; returns how many bytes.
        pub fn decompress_to_buffer(&mut self, from: &[u8], to: &mut Cursor<&mut Vec<u8>>) -> Result<usize> {
            let start = usize::try_from(to.position()).map_err(Error::other)?;
            let out = to.get_mut();
            out.resize(start, 0);
            let written = unpack(from, out)?;
            to.set_position((start + written) as u64);
            Ok(written)
        }

        /// Unpacks at most this many bytes.
        pub fn decompress(&mut self, from: &[u8], capacity: usize) -> Result<Vec<u8>> {
            let mut out = Vec::new();
            out.try_reserve_exact(capacity).map_err(Error::other)?;
            unpack(from, &mut out)?;
            Ok(out)
        }
    }

    fn unpack(from: &[u8], out: &mut Vec<u8>) -> Result<usize> {
        let start = out.len();
        let mut decoder = FrameDecoder::new();
        // A window is memory: no more than there is to unpack into.
        decoder.set_max_window_size((out.capacity() - start).max(WINDOW) as u64);
        decoder.decode_all_to_vec(from, out).map_err(Error::other)?;
        Ok(out.len() - start)
    }
}

/// Facts that need no context.
pub mod zstd_safe {
    use ruzstd::decoding::FrameDecoder;

    /// Most bytes that packing may take.
    pub fn compress_bound(len: usize) -> usize {
        len.saturating_add(len >> 7).saturating_add(128)
    }

    /// Size that the first frame says it unpacks to, if it says one.
    ///
    /// # Errors
    /// That the bytes do not begin with a frame.
    pub fn get_frame_content_size(bytes: &[u8]) -> Result<Option<u64>, String> {
        let mut decoder = FrameDecoder::new();
        decoder.init(bytes).map_err(|error| error.to_string())?;
        Ok(Some(decoder.content_size()).filter(|&size| size > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::{bulk::Decompressor, zstd_safe};
    use std::io::Cursor;

    /// What `zstd -c` of version 1.5.7 makes of 40 times the letter a and a line's end.
    const PACKED: &[u8] = &[
        0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x29, 0x4d, 0x00, 0x00, 0x18, 0x61, 0x61, 0x0a, 0x01, 0x00, 0x1f, 0x80, 0x05,
        0xec, 0x92, 0x94, 0x11,
    ];

    #[test]
    fn a_frame_is_unpacked_behind_what_was_there() {
        let plain = [&b"a".repeat(40)[..], b"\n"].concat();
        let mut out = b"before".to_vec();
        out.reserve(plain.len());
        let mut cursor = Cursor::new(&mut out);
        cursor.set_position(6);
        let n = Decompressor::new().unwrap().decompress_to_buffer(PACKED, &mut cursor).unwrap();
        assert_eq!((n, &out[6..]), (plain.len(), &plain[..]));
        assert_eq!(Decompressor::new().unwrap().decompress(PACKED, plain.len()).unwrap(), plain);
        assert_eq!(zstd_safe::get_frame_content_size(PACKED), Ok(Some(41)));
    }

    #[test]
    fn what_does_not_fit_or_is_no_frame_is_an_error() {
        assert!(Decompressor::new().unwrap().decompress(PACKED, 40).is_err());
        assert!(Decompressor::new().unwrap().decompress(b"nothing", 40).is_err());
        assert!(zstd_safe::get_frame_content_size(b"nothing").is_err());
    }
}

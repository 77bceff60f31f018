//! How much memory this process has held at most.

use crate::Fault;

/// The most memory ever held at once, in KiB; the kernel's `VmHWM`.
pub(super) fn peak_kib() -> Result<u64, Fault> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()).ok_or("the kernel tells no VmHWM")?;
    Ok(number.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_not_forgotten() {
        let before = peak_kib().unwrap();
        let held = vec![1_u8; 64 << 20];
        assert!(peak_kib().unwrap() >= before.max(64 << 10));
        drop(held);
        assert!(peak_kib().unwrap() >= 64 << 10);
    }
}

//! Text that is safe and fits: no control character reaches the terminal, and columns are counted as it draws them.

/// Columns that `c` takes: 0, 1 or 2.
pub fn char_width(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036F | 0x0483..=0x0489 | 0x0591..=0x05BD | 0x064B..=0x065F => 0,
        0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F => 0,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF => 2,
        0xA000..=0xA4CF | 0xA960..=0xA97F | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F => 2,
        0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F | 0x1F680..=0x1F6FF | 0x1F900..=0x1FAFF => 2,
        0x231A..=0x231B | 0x23E9..=0x23EC | 0x2614..=0x2615 | 0x2648..=0x2653 | 0x26A1 | 0x2705 | 0x2728 => 2,
        0x274C | 0x274E | 0x2753..=0x2755 | 0x2757 | 0x2795..=0x2797 | 0x2B1B..=0x2B1C | 0x2B50 | 0x2B55 => 2,
        0x1F1E6..=0x1F1FF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// `c`, or something harmless in its place: control characters become their pictures, and what would hide or turn
/// the text around it becomes a dot.
fn harmless_char(c: char) -> char {
    match c as u32 {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).unwrap_or('·'),
        0x7F => '\u{2421}',
        0x80..=0x9F | 0xAD | 0x61C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF => '·',
        0xFFF9..=0xFFFC | 0xE0000..=0xE0FFF => '·',
        _ => c,
    }
}

pub fn harmless(text: &str) -> String {
    text.chars().map(harmless_char).collect()
}

/// `text` made harmless, at most `columns` wide; what was cut off at the end leaves an ellipsis.
pub fn fit(text: &str, columns: usize) -> String {
    let text = harmless(text);
    if width(&text) <= columns {
        return text;
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += char_width(c);
        if used > columns {
            break;
        }
        out.push(c);
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// `text` broken at spaces (or inside a word that is too long) into lines of at most `columns`.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut lines = vec![String::new()];
    for word in harmless(text).split_whitespace() {
        let last = lines.len() - 1;
        let gap = usize::from(!lines[last].is_empty());
        if width(&lines[last]) + gap + width(word) <= columns {
            if gap == 1 {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
            continue;
        }
        if gap == 1 {
            lines.push(String::new());
        }
        for c in word.chars() {
            let last = lines.len() - 1;
            if width(&lines[last]) + char_width(c) > columns {
                lines.push(String::new());
            }
            let last = lines.len() - 1;
            lines[last].push(c);
        }
    }
    lines
}

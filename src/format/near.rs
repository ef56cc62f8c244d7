//! "Did you mean": the known word that is nearest to what is written. Must not know what words are for.

/// The nearest word, when it is near enough to be meant. Capital letters do not count, nor whether
/// it is `-` or `_`.
#[must_use]
pub fn nearest<'w>(written: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    // What is longer than any word is meant for none, and the distance takes quadratic time.
    if written.len() > 200 {
        return None;
    }
    let folded = written.to_lowercase().replace('-', "_");
    let distance =
        |word: &str| strsim::damerau_levenshtein(&folded, &word.to_lowercase().replace('-', "_"));
    let near = known
        .map(|word| (distance(word), word))
        .min_by_key(|(distance, _)| *distance);
    let allowed = (written.chars().count() / 3).min(3);
    near.filter(|(distance, _)| *distance <= allowed)
        .map(|(_, word)| word)
}

//! Which shells to try, and how each is started so that it waits for somebody and reads none of the
//! files that would change what is to be seen. Pure.

/// What to start, the best first: the gate's shell, then those that images usually have.
pub(super) fn candidates(named: &[String]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for words in [named, &["bash".to_owned()], &["sh".to_owned()]] {
        let Some(program) = words.last() else {
            continue;
        };
        let candidate: Vec<String> = words
            .iter()
            .map(String::as_str)
            .chain(options(program).iter().copied())
            .map(str::to_owned)
            .collect();
        if !all.contains(&candidate) {
            all.push(candidate);
        }
    }
    all
}

fn options(program: &str) -> &'static [&'static str] {
    match program.rsplit('/').next().unwrap_or(program) {
        "bash" | "rbash" => &["--noprofile", "--norc", "-i"],
        "zsh" => &["-f", "-i"],
        "csh" | "tcsh" => &["-f", "-i"],
        "fish" => &["--no-config", "-i"],
        _ => &["-i"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(named: &str) -> Vec<String> {
        let named: Vec<String> = named.split(' ').map(str::to_owned).collect();
        let candidates = candidates(&named).into_iter();
        candidates.map(|words| words.join(" ")).collect()
    }

    #[test]
    fn the_gates_shell_comes_first_and_none_twice() {
        let bash = "bash --noprofile --norc -i";
        assert_eq!(tried("bash"), [bash, "sh -i"]);
        assert_eq!(tried("sh"), ["sh -i", bash]);
        assert_eq!(tried("/opt/zsh"), ["/opt/zsh -f -i", bash, "sh -i"]);
        assert_eq!(tried("busybox sh")[0], "busybox sh -i");
    }
}

//! What a CI says of the run, by its variables: branch, tag, whether it judges a pull request.
//!
//! A stranger chooses much of a pull request, the name of its branch first of all: so where one may
//! stand behind the run, there is no branch and no tag. Must not know what depends on it.

use std::collections::BTreeMap;

use crate::model::CiFacts;

/// What the caller's variables say; without a CI there is nothing but "no pull request".
#[must_use]
pub fn facts(env: &BTreeMap<String, String>) -> CiFacts {
    let env = Env(env);
    let pull_request = env.pull_request();
    let own = pull_request == Some(false);
    CiFacts {
        branch: own.then(|| env.branch()).flatten(),
        tag: own.then(|| env.tag()).flatten(),
        pull_request,
        pull_request_number: (pull_request == Some(true)).then(|| env.number()).flatten(),
        schedule: env.schedule(),
        default_branch: env.default_branch(),
    }
}

struct Env<'e>(&'e BTreeMap<String, String>);

impl<'e> Env<'e> {
    /// Empty is not set.
    fn get(&self, name: &str) -> Option<&'e str> {
        let value = self.0.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// Not set, or the `false` of those who always set it.
    fn off(&self, name: &str) -> bool {
        self.get(name).is_none_or(|value| value == "false")
    }

    /// GitHub and those who speak like it (Gitea, Forgejo), GitLab, Woodpecker, Buildkite,
    /// Bitbucket, `CircleCI`, Travis, Jenkins, Azure, Drone. `None` cannot be known: GitHub's
    /// `workflow_run` hides what set off the workflow before it.
    fn pull_request(&self) -> Option<bool> {
        const SET: [&str; 10] = [
            "GITHUB_HEAD_REF",
            "CI_MERGE_REQUEST_IID",
            "CI_EXTERNAL_PULL_REQUEST_IID",
            "CI_COMMIT_PULL_REQUEST",
            "BUILDKITE_PULL_REQUEST",
            "BITBUCKET_PR_ID",
            "CIRCLE_PULL_REQUEST",
            "TRAVIS_PULL_REQUEST",
            "CHANGE_ID",
            "SYSTEM_PULLREQUEST_PULLREQUESTID",
        ];
        const EVENTS: [&str; 5] = [
            "GITHUB_EVENT_NAME",
            "CI_PIPELINE_EVENT",
            "CI_PIPELINE_SOURCE",
            "DRONE_BUILD_EVENT",
            "BUILD_REASON",
        ];
        let told = EVENTS.iter().filter_map(|name| self.get(name));
        let mut told = told.map(|event| event.to_lowercase().replace(['_', '-'], ""));
        let asks = |event: &str| {
            ["pullrequest", "mergerequest"]
                .iter()
                .any(|w| event.contains(w))
        };
        let reference = self.get("GITHUB_REF").unwrap_or_default();
        if SET.iter().any(|name| !self.off(name))
            || reference.starts_with("refs/pull/")
            || told.any(|event| asks(&event))
        {
            return Some(true);
        }
        (self.get("GITHUB_EVENT_NAME") != Some("workflow_run")).then_some(false)
    }

    /// The number of the pull request. GitHub's `pull_request_target` has it in no variable.
    fn number(&self) -> Option<u64> {
        const NUMBERS: [&str; 10] = [
            "CI_MERGE_REQUEST_IID",
            "CI_COMMIT_PULL_REQUEST",
            "BUILDKITE_PULL_REQUEST",
            "BITBUCKET_PR_ID",
            "CIRCLE_PR_NUMBER",
            "TRAVIS_PULL_REQUEST",
            "CHANGE_ID",
            "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",
            "SYSTEM_PULLREQUEST_PULLREQUESTID",
            "DRONE_PULL_REQUEST",
        ];
        let reference = self.get("GITHUB_REF").and_then(|name| {
            let number = name.strip_prefix("refs/pull/")?;
            number.split('/').next()
        });
        let address = || self.get("CIRCLE_PULL_REQUEST")?.rsplit('/').next();
        let named = || NUMBERS.iter().find_map(|name| self.get(name));
        reference.or_else(named).or_else(address)?.parse().ok()
    }

    /// Whether the clock set it off.
    fn schedule(&self) -> bool {
        let says = [
            ("GITHUB_EVENT_NAME", "schedule"),
            ("CI_PIPELINE_SOURCE", "schedule"),
            ("CI_PIPELINE_EVENT", "cron"),
            ("BUILDKITE_SOURCE", "schedule"),
            ("TRAVIS_EVENT_TYPE", "cron"),
            ("BUILD_REASON", "Schedule"),
            ("DRONE_BUILD_EVENT", "cron"),
        ];
        says.iter()
            .any(|(name, value)| self.get(name) == Some(*value))
    }

    fn default_branch(&self) -> Option<String> {
        let names = [
            "CI_DEFAULT_BRANCH",
            "CI_REPO_DEFAULT_BRANCH",
            "BUILDKITE_PIPELINE_DEFAULT_BRANCH",
        ];
        let found = names.iter().find_map(|name| self.get(name));
        found.map(str::to_owned)
    }

    fn branch(&self) -> Option<String> {
        let head = |name| self.get(name)?.strip_prefix("refs/heads/");
        let names = ["BUILDKITE_BRANCH", "BITBUCKET_BRANCH", "CIRCLE_BRANCH"];
        let more = ["TRAVIS_BRANCH", "BRANCH_NAME"];
        head("GITHUB_REF")
            .or_else(|| self.get("CI_COMMIT_BRANCH"))
            .or_else(|| head("BUILD_SOURCEBRANCH"))
            .or_else(|| names.iter().chain(&more).find_map(|name| self.get(name)))
            .map(str::to_owned)
    }

    fn tag(&self) -> Option<String> {
        let names = ["CI_COMMIT_TAG", "BUILDKITE_TAG", "BITBUCKET_TAG"];
        let more = ["CIRCLE_TAG", "TRAVIS_TAG", "TAG_NAME"];
        let tag = |name| self.get(name)?.strip_prefix("refs/tags/");
        tag("GITHUB_REF")
            .or_else(|| tag("BUILD_SOURCEBRANCH"))
            .or_else(|| names.iter().chain(&more).find_map(|name| self.get(name)))
            .map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> CiFacts {
        let pairs = pairs.iter();
        let env = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        facts(&env.collect())
    }

    fn branch(pairs: &[(&str, &str)]) -> Option<String> {
        of(pairs).branch
    }

    #[test]
    fn every_ci_says_its_pull_requests_in_its_own_way_and_none_has_a_branch() {
        for (name, value, branch, main) in [
            (
                "GITHUB_EVENT_NAME",
                "pull_request",
                "GITHUB_REF",
                "refs/heads/main",
            ),
            (
                "GITHUB_EVENT_NAME",
                "pull_request_target",
                "GITHUB_REF",
                "refs/heads/main",
            ),
            ("GITHUB_HEAD_REF", "main", "GITHUB_REF", "refs/heads/main"),
            ("CI_MERGE_REQUEST_IID", "7", "CI_COMMIT_BRANCH", "main"),
            (
                "CI_PIPELINE_SOURCE",
                "merge_request_event",
                "CI_COMMIT_BRANCH",
                "main",
            ),
            (
                "CI_PIPELINE_EVENT",
                "pull_request",
                "CI_COMMIT_BRANCH",
                "main",
            ),
            (
                "CI_PIPELINE_EVENT",
                "pull_request_closed",
                "CI_COMMIT_BRANCH",
                "main",
            ),
            ("BUILDKITE_PULL_REQUEST", "7", "BUILDKITE_BRANCH", "main"),
            ("BITBUCKET_PR_ID", "7", "BITBUCKET_BRANCH", "main"),
            (
                "CIRCLE_PULL_REQUEST",
                "https://x/7",
                "CIRCLE_BRANCH",
                "main",
            ),
            ("TRAVIS_PULL_REQUEST", "7", "TRAVIS_BRANCH", "main"),
            ("CHANGE_ID", "7", "BRANCH_NAME", "main"),
            (
                "BUILD_REASON",
                "PullRequest",
                "BUILD_SOURCEBRANCH",
                "refs/heads/main",
            ),
            ("DRONE_BUILD_EVENT", "pull_request", "BRANCH_NAME", "main"),
        ] {
            let request = of(&[(name, value), (branch, main)]);
            assert_eq!(request.pull_request, Some(true), "{name}");
            assert_eq!((request.branch, request.tag), (None, None), "{name}");
            let push = of(&[(branch, main)]);
            assert_eq!(push.pull_request, Some(false), "{branch}");
            assert_eq!(push.branch.as_deref(), Some("main"), "{branch}");
        }
        let merged = [("GITHUB_REF", "refs/pull/1/merge")];
        assert_eq!(of(&merged).pull_request, Some(true));
    }

    #[test]
    fn what_set_off_a_workflow_run_cannot_be_known() {
        let run = of(&[
            ("GITHUB_EVENT_NAME", "workflow_run"),
            ("GITHUB_REF", "refs/heads/main"),
        ]);
        assert_eq!((run.pull_request, run.branch), (None, None));
    }

    #[test]
    fn a_push_has_a_branch_or_a_tag() {
        let push = [
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_REF", "refs/heads/x/y"),
        ];
        assert_eq!(branch(&push).as_deref(), Some("x/y"));
        let fine = [
            ("BUILDKITE_BRANCH", "main"),
            ("BUILDKITE_PULL_REQUEST", "false"),
        ];
        assert_eq!(branch(&fine).as_deref(), Some("main"));
        assert_eq!(branch(&[("CI_COMMIT_BRANCH", "")]), None);
        let tag = of(&[("GITHUB_REF", "refs/tags/v1")]);
        assert_eq!((tag.branch, tag.tag.as_deref()), (None, Some("v1")));
        assert_eq!(of(&[("CI_COMMIT_TAG", "v2")]).tag.as_deref(), Some("v2"));
    }

    #[test]
    fn a_pull_request_has_a_number_where_the_ci_says_it() {
        for (pairs, number) in [
            (&[("GITHUB_REF", "refs/pull/7/merge")][..], Some(7)),
            (&[("CI_MERGE_REQUEST_IID", "8")], Some(8)),
            (&[("CIRCLE_PULL_REQUEST", "https://x/pull/9")], Some(9)),
            (
                &[
                    ("GITHUB_EVENT_NAME", "pull_request_target"),
                    ("GITHUB_REF", "refs/heads/main"),
                ],
                None,
            ),
            (&[("GITHUB_REF", "refs/heads/7")], None),
        ] {
            assert_eq!(of(pairs).pull_request_number, number, "{pairs:?}");
        }
    }

    #[test]
    fn the_clock_and_the_default_branch_are_named_by_some() {
        assert!(of(&[("GITHUB_EVENT_NAME", "schedule")]).schedule);
        assert!(of(&[("CI_PIPELINE_SOURCE", "schedule")]).schedule);
        assert!(!of(&[("GITHUB_EVENT_NAME", "push")]).schedule);
        let gitlab = of(&[("CI_DEFAULT_BRANCH", "trunk")]);
        assert_eq!(gitlab.default_branch.as_deref(), Some("trunk"));
    }

    #[test]
    fn without_a_ci_there_is_no_pull_request() {
        let none = of(&[("HOME", "/home/me"), ("CI", "true")]);
        assert_eq!(none.pull_request, Some(false));
        assert_eq!((none.branch, none.tag), (None, None));
    }
}

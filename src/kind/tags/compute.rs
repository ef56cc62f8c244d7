//! Which tags a build would get: lines and facts to tags, as docker/metadata-action does it. Must
//! not judge them.

use super::fill::{Filling, Source};
use super::line::{Line, Of};
use super::version::Version;
use crate::model::{Facts, GitFacts};

/// Hexadecimal digits of a short commit.
const SHORT: usize = 7;

/// What the run stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Branch(String),
    Tag(String),
    PullRequest(Option<u64>),
    /// It cannot be known, for this reason.
    Unknown(String),
}

/// The facts that tags are made of.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub event: Event,
    /// Or why there is none.
    pub sha: Result<String, String>,
    pub default_branch: Option<String>,
    pub schedule: bool,
    pub today: String,
}

/// What a line gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub text: String,
    /// The line; `None` for the `latest` of the flavor.
    pub line: Option<usize>,
    /// The same name may stand on another image tomorrow.
    pub mutable: bool,
    /// It is what a line gives for every prerelease, whatever its pattern is.
    pub collapsed: bool,
}

/// What stands around every tag, and whether `latest` is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Flavor {
    /// `None` is `auto`.
    pub latest: Option<bool>,
    pub prefix: Option<Filling>,
    pub suffix: Option<Filling>,
    /// They stand around `latest`, too.
    pub on_latest: bool,
}

/// All tags; what could not be computed; what is worth saying.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub tags: Vec<Tag>,
    pub unknown: Vec<String>,
    pub notes: Vec<String>,
}

impl World {
    /// Out of what is known. `default_branch` is what the gate file says.
    pub fn of(facts: &Facts, default_branch: Option<String>) -> Self {
        let git = match &facts.git {
            Some(Ok(git)) => Ok(git),
            Some(Err(why)) => Err(why.clone()),
            None => Err("git was not asked".to_owned()),
        };
        let ci = &facts.ci;
        let found = git.as_ref().ok().and_then(|git| git.default_branch.clone());
        let event = match (ci.pull_request, &git) {
            (Some(true), _) => Event::PullRequest(ci.pull_request_number),
            (None, _) => Event::Unknown(
                "whether this run is for a pull request cannot be known here".to_owned(),
            ),
            (Some(false), Ok(git)) => own(ci.tag.as_ref(), git),
            (Some(false), Err(why)) => Event::Unknown(why.clone()),
        };
        Self {
            event,
            sha: git.map(|git| git.sha.clone()),
            default_branch: default_branch.or(found),
            schedule: ci.schedule,
            today: facts.today.clone(),
        }
    }

    fn is_default_branch(&self) -> Result<bool, String> {
        let branch = match &self.event {
            Event::Branch(branch) => branch,
            Event::Unknown(why) => return Err(why.clone()),
            Event::Tag(_) | Event::PullRequest(_) => return Ok(false),
        };
        match &self.default_branch {
            Some(default) => Ok(default == branch),
            None => Err("which branch is the default one cannot be known here: say \
                         `default_branch: main`"
                .to_owned()),
        }
    }

    /// Whether `latest` has its place here: a tag, or the default branch.
    pub fn may_be_latest(&self) -> Result<bool, String> {
        match &self.event {
            Event::Tag(_) => Ok(true),
            _ => self.is_default_branch(),
        }
    }

    fn short_sha(&self) -> Result<String, String> {
        let sha = self.sha.clone()?;
        Ok(sha.get(..SHORT).unwrap_or(&sha).to_owned())
    }
}

/// A run of our own: a tag that the CI checked out, a branch, or the one tag at a detached HEAD.
fn own(ci_tag: Option<&String>, git: &GitFacts) -> Event {
    if let Some(tag) = ci_tag {
        return Event::Tag(tag.clone());
    }
    match (&git.branch, &git.tag, git.tags.len()) {
        (Some(branch), ..) => Event::Branch(branch.clone()),
        (None, Some(tag), _) => Event::Tag(tag.clone()),
        (None, None, 0 | 1) => Event::Unknown(
            "HEAD is on no branch and on no tag, and no variable of a CI names one".to_owned(),
        ),
        (None, None, n) => Event::Unknown(format!(
            "HEAD is on no branch, and {n} tags point at it: which is meant?"
        )),
    }
}

impl Source for World {
    fn value(&self, name: &str) -> Result<String, String> {
        if let (Event::Unknown(why), true) = (&self.event, name != "sha") {
            return Err(why.clone());
        }
        match name {
            "branch" => Ok(match &self.event {
                Event::Branch(branch) => branch.clone(),
                _ => String::new(),
            }),
            "tag" => Ok(match &self.event {
                Event::Tag(tag) => tag.clone(),
                _ => String::new(),
            }),
            "sha" => self.short_sha(),
            "is_default_branch" => Ok(self.is_default_branch()?.to_string()),
            "is_not_default_branch" => Ok((!self.is_default_branch()?).to_string()),
            other => Err(format!("`{other}` is not computed here")),
        }
    }

    fn today(&self) -> &str {
        &self.today
    }
}

/// What a line gives before prefix and suffix.
struct Bare {
    text: String,
    /// Under `latest=auto` it brings `latest` along.
    latest: bool,
    mutable: bool,
    collapsed: bool,
}

impl Bare {
    fn new(text: impl Into<String>, mutable: bool) -> Self {
        Self {
            text: text.into(),
            latest: false,
            mutable,
            collapsed: false,
        }
    }

    fn latest(mut self, latest: bool) -> Self {
        self.latest = latest;
        self
    }
}

/// Computes all tags, the weightiest first.
pub(super) fn tags(lines: &[Line], flavor: &Flavor, world: &World) -> Outcome {
    let mut out = Outcome::default();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(lines.get(*at).map_or(0, |line| line.priority)));
    let mut latest = None;
    for at in order {
        let Some(line) = lines.get(at) else { continue };
        match one(line, flavor, world, &mut out.notes) {
            Ok(None) => {}
            Ok(Some(bare)) => {
                latest.get_or_insert(bare.latest);
                out.tags.push(Tag {
                    text: bare.text,
                    line: Some(at),
                    mutable: bare.mutable,
                    collapsed: bare.collapsed,
                });
            }
            Err(why) => out
                .unknown
                .push(format!("`{}` {NO_ANSWER}: {why}", line.text)),
        }
    }
    let wanted = flavor.latest.unwrap_or(latest == Some(true));
    // metadata-action gives `latest` along with other tags, never alone.
    if wanted && !out.tags.is_empty() {
        let around = |filling: &Option<Filling>| match filling {
            Some(filling) if flavor.on_latest => filling.general(world),
            _ => Ok(String::new()),
        };
        match (around(&flavor.prefix), around(&flavor.suffix)) {
            (Ok(prefix), Ok(suffix)) => out.tags.push(Tag {
                text: sanitized(&format!("{prefix}latest{suffix}")),
                line: None,
                mutable: true,
                collapsed: false,
            }),
            (Err(why), _) | (_, Err(why)) => {
                out.unknown.push(format!("`latest` {NO_ANSWER}: {why}"));
            }
        }
    }
    out
}

const NO_ANSWER: &str = "cannot be computed";

fn one(
    line: &Line,
    flavor: &Flavor,
    world: &World,
    notes: &mut Vec<String>,
) -> Result<Option<Bare>, String> {
    match line.enable.general(world)?.as_str() {
        "true" => {}
        "false" => return Ok(None),
        other => {
            return Err(format!(
                "`enable` is neither `true` nor `false` but `{other}`"
            ));
        }
    }
    let Some(mut bare) = bare(line, world, notes)?.filter(|bare| !bare.text.is_empty()) else {
        return Ok(None);
    };
    let usual = match &line.of {
        Of::Sha { .. } => Some("sha-"),
        Of::PullRequest => Some("pr-"),
        _ => None,
    };
    let prefix = match (&line.prefix, usual, &flavor.prefix) {
        (Some(own), ..) => own.general(world)?,
        (None, Some(usual), _) => usual.to_owned(),
        (None, None, Some(of_all)) => of_all.general(world)?,
        (None, None, None) => String::new(),
    };
    let suffix = line.suffix.as_ref().or(flavor.suffix.as_ref());
    let suffix = suffix.map_or(Ok(String::new()), |filling| filling.general(world))?;
    let fixed = |filling: &Option<Filling>| {
        filling
            .as_ref()
            .is_some_and(|filling| filling.names(&["sha"]))
    };
    bare.mutable &= !fixed(&line.prefix) && !fixed(&line.suffix);
    bare.text = sanitized(&format!("{prefix}{}{suffix}", bare.text));
    Ok(Some(bare))
}

fn bare(line: &Line, world: &World, notes: &mut Vec<String>) -> Result<Option<Bare>, String> {
    let event = &world.event;
    let known = || match event {
        Event::Unknown(why) => Err(why.clone()),
        _ => Ok(()),
    };
    Ok(match &line.of {
        Of::Sha { long: true } => Some(Bare::new(world.sha.clone()?, false)),
        Of::Sha { long: false } => Some(Bare::new(world.short_sha()?, false)),
        Of::Raw { value } => {
            let fixed = value.names(&["sha", "tag"]);
            Some(Bare::new(value.general(world)?, !fixed))
        }
        Of::Schedule { .. } if !world.schedule => None,
        Of::Schedule { pattern } => {
            let fixed = pattern.has_day() || pattern.names(&["sha"]);
            Some(Bare::new(pattern.general(world)?, !fixed))
        }
        Of::Edge { branch, value } => {
            known()?;
            let is_edge = match (branch, event) {
                (Some(edge), Event::Branch(branch)) => edge == branch,
                _ => world.is_default_branch()?,
            };
            is_edge
                .then(|| value.general(world))
                .transpose()?
                .map(|text| Bare::new(text, true))
        }
        Of::Branch | Of::Tag | Of::PullRequest => {
            known()?;
            reference(&line.of, event)?
        }
        Of::Semver { pattern, value } => {
            let Some(raw) = raw(value.as_ref(), world)? else {
                return Ok(None);
            };
            let Some(version) = Version::parse(&raw) else {
                notes.push(format!(
                    "`{raw}` is no version: `{}` gives no tag",
                    line.text
                ));
                return Ok(None);
            };
            Some(semver(pattern, &version, &raw))
        }
        Of::Match {
            pattern,
            group,
            value,
        } => {
            let Some(raw) = raw(value.as_ref(), world)? else {
                return Ok(None);
            };
            let found = pattern.captures(&raw).and_then(|found| found.get(*group));
            if found.is_none() {
                notes.push(format!(
                    "`{raw}` does not match: `{}` gives no tag",
                    line.text
                ));
            }
            found.map(|found| Bare::new(found.as_str(), found.as_str() != raw).latest(true))
        }
    })
}

fn reference(of: &Of, event: &Event) -> Result<Option<Bare>, String> {
    Ok(match (of, event) {
        (Of::Branch, Event::Branch(branch)) => Some(Bare::new(branch, true)),
        (Of::Tag, Event::Tag(tag)) => Some(Bare::new(tag, false).latest(true)),
        (Of::PullRequest, Event::PullRequest(Some(number))) => {
            Some(Bare::new(number.to_string(), true))
        }
        (Of::PullRequest, Event::PullRequest(None)) => {
            let why = "no variable of the CI has the number of the pull request";
            return Err(why.to_owned());
        }
        _ => None,
    })
}

/// The git tag, or what the line has in its place.
fn raw(value: Option<&Filling>, world: &World) -> Result<Option<String>, String> {
    match (value, &world.event) {
        (Some(value), _) => value.general(world).map(Some),
        (None, Event::Tag(tag)) => Ok(Some(tag.replace('/', "-"))),
        (None, Event::Unknown(why)) => Err(why.clone()),
        (None, _) => Ok(None),
    }
}

/// Of a prerelease every pattern but `{{raw}}` gives the whole version: `1.2` is for releases.
fn semver(pattern: &Filling, version: &Version, raw: &str) -> Bare {
    let release = version.prerelease.is_empty();
    if release || pattern.is_raw() {
        let whole = pattern.names(&["version", "raw", "patch"]);
        return Bare::new(pattern.version(version, raw), !whole).latest(release);
    }
    let mut bare = Bare::new(version.text(), false);
    bare.collapsed = true;
    bare
}

/// What no tag may have in it becomes `-`, a run of it one.
fn sanitized(text: &str) -> String {
    let mut out = String::new();
    let mut within = false;
    for c in text.chars() {
        let good = c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        match (good, within) {
            (true, _) => out.push(c),
            (false, false) => out.push('-'),
            (false, true) => {}
        }
        within = !good;
    }
    out
}

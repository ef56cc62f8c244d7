//! Events to a tree: a stack of open collections, a table of anchors, and a budget.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::error::{self, YamlError, YamlErrorKind};
use super::parts::{self, height, weight};
use super::{Document, Entry, Key, Node, Span, Style, Value};
use crate::model::limits;

/// Reads the events of one document.
pub(super) fn document(
    source: u32,
    text: &str,
    kept: &[&'static str],
) -> Result<Document, Vec<YamlError>> {
    let mut builder = Builder {
        source,
        text,
        kept,
        ..Builder::default()
    };
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits::YAML_DEPTH,
        block_nesting_limit: limits::YAML_DEPTH,
    };
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, at)) => builder.event(event, &at),
            Err(scan) => Err(error::syntax(source, text, &scan)),
        };
        if let Err(fatal) = step {
            builder.mistakes.push(fatal);
            return Err(builder.mistakes);
        }
    }
    match builder.root {
        Some(root) if root.value != Value::Null => Ok(Document {
            root,
            tags: builder.tags,
            mistakes: builder.mistakes,
        }),
        _ => {
            builder.mistakes.push(error::empty(source));
            Err(builder.mistakes)
        }
    }
}

#[derive(Default)]
struct Builder<'t> {
    source: u32,
    text: &'t str,
    /// Tags that mean something to the reader.
    kept: &'t [&'static str],
    tags: Vec<(Span, &'static str)>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    documents: usize,
    mistakes: Vec<YamlError>,
    nodes: usize,
    copied_bytes: usize,
}

/// A collection whose end has not come yet.
struct Open {
    start: usize,
    anchor: usize,
    tag: Option<&'static str>,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        key: Option<(Key, bool)>,
    },
}

type Step = Result<(), YamlError>;

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, at: &granit_parser::Span) -> Step {
        let span = self.span(at);
        match event {
            Event::DocumentStart(..) => return self.document_start(span),
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(text.into_owned(), style, tag.as_deref(), (span, at));
                return self.leaf(node, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = self.collection_tag(tag.as_deref(), at);
                return self.start(span, anchor, (tag, Items::List(Vec::new())));
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = self.collection_tag(tag.as_deref(), at);
                let items = Items::Map {
                    entries: Vec::new(),
                    key: None,
                };
                return self.start(span, anchor, (tag, items));
            }
            Event::SequenceEnd | Event::MappingEnd => return self.finish(span),
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::UnresolvedAlias(name) => return self.unknown_alias(&name, span),
            _ => {}
        }
        Ok(())
    }

    fn span(&self, at: &granit_parser::Span) -> Span {
        let range = at.byte_range().unwrap_or_default();
        let end = range.end.min(self.text.len());
        let start = range.start.min(end);
        // The end of a block collection or block scalar lies before the next token: the white
        // space between belongs to nobody.
        let end = self
            .text
            .get(start..end)
            .map_or(end, |text| start + text.trim_end().len());
        Span::new(self.source, start, end)
    }

    fn document_start(&mut self, span: Span) -> Step {
        self.documents += 1;
        if self.documents > 1 {
            let message = "a second document starts here: there must be one";
            let error = YamlError::new(span, YamlErrorKind::SecondDocument, message);
            return Err(error.help("take the `---` and what follows it away"));
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        tag: Option<&Tag>,
        (span, at): (Span, &granit_parser::Span),
    ) -> Node {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
            _ => Style::Quoted,
        };
        let (text, style) = match tag.map(|tag| (tag.handle(), tag.suffix())) {
            Some(("tag:yaml.org,2002:", "str") | ("!", "") | ("", "!")) => (
                text,
                if style == Style::Plain {
                    Style::Quoted
                } else {
                    style
                },
            ),
            None | Some(("tag:yaml.org,2002:", "int" | "float" | "bool" | "null")) => (text, style),
            Some(_) if self.keep(tag).is_some_and(|tag| self.note(span, tag)) => (text, style),
            // The text that was probably meant, so that this is the only mistake here.
            Some(_) => (self.unknown_tag(at) + &text, Style::Quoted),
        };
        let null = style == Style::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
        let value = if null {
            Value::Null
        } else {
            Value::Scalar { text, style }
        };
        Node { span, value }
    }

    /// The tag when the reader asked for it.
    fn keep(&self, tag: Option<&Tag>) -> Option<&'static str> {
        let tag = tag?;
        let same = |word: &&&'static str| tag.handle() == "!" && tag.suffix() == &word[1..];
        self.kept.iter().find(same).copied()
    }

    fn note(&mut self, span: Span, tag: &'static str) -> bool {
        self.tags.push((span, tag));
        true
    }

    fn collection_tag(
        &mut self,
        tag: Option<&Tag>,
        at: &granit_parser::Span,
    ) -> Option<&'static str> {
        let kept = self.keep(tag);
        if kept.is_some() {
            return kept;
        }
        let known = tag.is_none_or(|tag| {
            tag.handle() == "tag:yaml.org,2002:" && matches!(tag.suffix(), "map" | "seq")
        });
        if !known {
            self.unknown_tag(at);
        }
        None
    }

    fn unknown_tag(&mut self, at: &granit_parser::Span) -> String {
        let span = at
            .tag_span()
            .map_or_else(|| self.span(at), |tag| self.span(&tag));
        let written = span.slice(self.text);
        let message = format!("to YAML `{written}` is a tag, not text");
        let error = YamlError::new(span, YamlErrorKind::Tag, message);
        self.mistakes
            .push(error.help(format!("for the text, put it in quotes: \"{written}\"")));
        written.to_owned()
    }

    fn start(
        &mut self,
        span: Span,
        anchor: usize,
        (tag, items): (Option<&'static str>, Items),
    ) -> Step {
        if self.open.len() >= limits::YAML_DEPTH {
            return Err(error::too_deep(span));
        }
        self.open.push(Open {
            start: span.start as usize,
            anchor,
            tag,
            items,
        });
        Ok(())
    }

    fn finish(&mut self, at: Span) -> Step {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let end = at.end as usize;
        let start = open.start.min(end);
        let text = self.text.get(start..end).unwrap_or_default();
        let span = Span::new(self.source, start, start + text.trim_end().len());
        if let Some(tag) = open.tag {
            self.tags.push((span, tag));
        }
        let value = match open.items {
            Items::List(items) => Value::Sequence(items),
            Items::Map { entries, .. } => Value::Mapping(self.close_map(entries)),
        };
        self.leaf(Node { span, value }, open.anchor)
    }

    /// Remembers the node when it is anchored, and puts it where it belongs.
    fn leaf(&mut self, node: Node, anchor: usize) -> Step {
        self.nodes += 1;
        self.check_budget(node.span)?;
        if anchor != 0 {
            self.pay_for_copy(&node, node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        self.put(node);
        Ok(())
    }

    fn put(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut open.items {
            Items::List(items) => items.push(node),
            Items::Map { entries, key } => match key.take() {
                Some((key, true)) => entries.push(Entry { key, value: node }),
                Some((_, false)) => {}
                None => *key = Some(parts::key(node, &mut self.mistakes)),
            },
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            let message = "this alias stands inside the node that it repeats";
            return Err(YamlError::new(span, YamlErrorKind::AliasCycle, message));
        };
        self.pay_for_copy(&node, span)?;
        if self.open.len() + height(&node) > limits::YAML_DEPTH {
            return Err(error::too_deep(span));
        }
        self.put(node);
        Ok(())
    }

    fn unknown_alias(&mut self, name: &str, span: Span) -> Step {
        let message = format!("to YAML `*{name}` is an alias, and there is no anchor `&{name}`");
        let error = YamlError::new(span, YamlErrorKind::UnknownAlias, message);
        self.mistakes
            .push(error.help(format!("for the text, put it in quotes: \"*{name}\"")));
        let text = format!("*{name}");
        self.leaf(
            Node {
                span,
                value: Value::Scalar {
                    text,
                    style: Style::Quoted,
                },
            },
            0,
        )
    }

    fn pay_for_copy(&mut self, node: &Node, span: Span) -> Step {
        let (nodes, bytes) = weight(node);
        self.nodes += nodes;
        self.copied_bytes += bytes;
        self.check_budget(span)
    }

    fn check_budget(&self, span: Span) -> Step {
        if self.nodes <= limits::YAML_NODES && self.copied_bytes <= limits::GATE_FILE_BYTES {
            return Ok(());
        }
        let message = format!(
            "the document, aliases written out, has more than {} nodes or {} MiB of copies",
            limits::YAML_NODES,
            limits::GATE_FILE_BYTES >> 20
        );
        Err(YamlError::new(span, YamlErrorKind::TooManyNodes, message))
    }

    /// Records duplicates and writes merge keys out.
    fn close_map(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        self.record_duplicates(&entries);
        if entries.iter().any(|entry| self.is_merge(&entry.key)) {
            return self.merge(entries);
        }
        entries
    }

    fn record_duplicates(&mut self, entries: &[Entry]) {
        let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
        for Entry { key, .. } in entries {
            let Some(first) = seen.get(&*key.text).copied() else {
                seen.insert(&key.text, key.span);
                continue;
            };
            let kind = YamlErrorKind::DuplicateKey { first };
            let message = format!("`{}` is here twice", key.text);
            let help = "YAML readers keep one of the two without a word: take one away";
            self.mistakes
                .push(YamlError::new(key.span, kind, message).help(help));
        }
    }

    /// Only an unquoted `<<` merges.
    fn is_merge(&self, key: &Key) -> bool {
        key.text == "<<" && key.span.slice(self.text) == "<<"
    }

    fn merge(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let (merges, mut own): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| self.is_merge(&entry.key));
        let mut taken: HashSet<String> = own.iter().map(|entry| entry.key.text.clone()).collect();
        for source in merges.iter().flat_map(|merge| merge.value.items()) {
            if !matches!(source.value, Value::Mapping(_)) {
                let message = format!("`<<` takes a map or a list of maps, not {}", source.what());
                self.mistakes
                    .push(YamlError::new(source.span, YamlErrorKind::Merge, message));
            }
            let fresh = source
                .entries()
                .iter()
                .filter(|e| taken.insert(e.key.text.clone()));
            own.extend(fresh.cloned());
        }
        own
    }
}

//! From `tracing` to lines.

use std::fmt::Debug;
use std::io::Write;
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::line::Line;
use super::timestamp;

/// Writes each event as one line, with the fields of the spans it happens in.
pub(super) struct JsonLines<W> {
    module: String,
    writer: fn() -> W,
}

/// Fields, kept until a line is written.
#[derive(Clone, Debug, Default)]
struct Fields(Vec<(&'static str, Kept)>);

#[derive(Clone, Debug)]
enum Kept {
    Text(String),
    /// A number or bool as JSON.
    Literal(String),
}

impl<W> JsonLines<W> {
    pub(super) fn new(module: String, writer: fn() -> W) -> Self {
        Self { module, writer }
    }

    fn line(&self, event: &Event<'_>, spans: &[Fields]) -> Vec<u8> {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        let mut line = Line::new();
        line.text("@level", level);
        line.text("@timestamp", &timestamp::format(SystemTime::now()));
        line.text("@module", &self.module);
        // Terraform takes for granted that there is a message and that it is text.
        line.text("@message", &fields.take_message());
        let mut written = vec!["@level", "@timestamp", "@module", "@message"];
        for (name, value) in spans
            .iter()
            .chain([&fields])
            .rev()
            .flat_map(|fields| &fields.0)
        {
            if written.contains(name) {
                continue;
            }
            written.push(name);
            match value {
                Kept::Text(text) => line.text(name, text),
                Kept::Literal(literal) => line.literal(name, literal),
            }
        }
        line.finish()
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().replace(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let scope = context.event_scope(event).into_iter().flatten();
        let mut spans: Vec<_> = scope
            .filter_map(|span| span.extensions().get::<Fields>().cloned())
            .collect();
        spans.reverse();
        let line = self.line(event, &spans);
        // One write, so that lines do not mix. When stderr is gone nobody reads it.
        (self.writer)().write_all(&line).ok();
    }
}

impl Fields {
    fn keep(&mut self, field: &Field, value: Kept) {
        self.0.push((field.name(), value));
    }

    fn take_message(&mut self) -> String {
        let at = self.0.iter().position(|(name, _)| *name == "message");
        match at.map(|at| self.0.remove(at).1) {
            Some(Kept::Text(text) | Kept::Literal(text)) => text,
            None => String::new(),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.keep(field, Kept::Text(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, Kept::Text(value.to_owned()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, Kept::Literal(value.to_string()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, Kept::Literal(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, Kept::Literal(value.to_string()));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // Infinity is not JSON.
        let text = value.to_string();
        self.keep(
            field,
            if value.is_finite() {
                Kept::Literal(text)
            } else {
                Kept::Text(text)
            },
        );
    }
}

#[cfg(test)]
mod tests;

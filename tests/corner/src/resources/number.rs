//! Numbers that a 64-bit floating-point number does not hold, and some that it does.

use std::collections::BTreeMap;

use plinth_framework::{Computed, Context, Model, Number, Set};

use crate::stored::Stored;

/// Numbers.
#[derive(Model, Clone, Debug)]
pub struct Numbers {
    /// Name of the object.
    #[tf(replace)]
    pub name: String,
    /// A 64-bit floating-point number.
    pub float: Option<f64>,
    /// More of them.
    pub floats: Option<Vec<f64>>,
    /// A 64-bit integer.
    pub whole: Option<i64>,
    /// A port.
    pub port: Option<u16>,
    /// A port with a default.
    #[tf(default = 22)]
    pub ssh_port: u16,
    /// A fraction with a default.
    #[tf(default = 0.5)]
    pub ratio: f64,
    /// A number of any size.
    pub exact: Option<Number>,
    /// Numbers in order.
    pub list: Option<Vec<Number>>,
    /// Numbers without order.
    pub set: Option<Set<Number>>,
    /// Numbers by name.
    pub map: Option<BTreeMap<String, Number>>,
    /// The exact number, from the remote side.
    #[tf(volatile)]
    pub echo: Computed<Number>,
    /// The floating-point number, from the remote side.
    #[tf(volatile)]
    pub float_echo: Computed<f64>,
}

impl Stored for Numbers {
    const TYPE: &'static str = "number";

    fn name(&self) -> &str {
        &self.name
    }

    fn settle(&mut self, _cx: &mut Context) {
        self.echo = self.exact.clone().into();
        self.float_echo = self.float.into();
    }
}

//! Orders as Shopify's REST API and its webhooks give them.

use std::io::Read;

use lethe_model::IncomingOrder;

use super::order_body;
use crate::error::Fault;
use crate::json::{Broken, INVALID, Objects};
use crate::text::{Decoder, TextEncoding};
use crate::{FormatError, Incoming, RowError, Source, code};

/// Opens bodies of Shopify's REST API or webhooks: one order or many, as `{"order": …}`,
/// `{"orders": […]}`, bare, in a list, or one after the other on lines.
///
/// # Errors
///
/// [`FormatError::NotJson`] when the input does not begin like JSON.
pub fn read_shopify_orders_json<R: Read>(input: R) -> Result<ShopifyOrdersJson<R>, FormatError> {
    ShopifyOrdersJson::open(Decoder::new(input).map_err(FormatError::Read)?)
}

/// The orders of JSON bodies, in the order of the input.
pub struct ShopifyOrdersJson<R> {
    objects: Objects<R>,
}

impl<R: Read> ShopifyOrdersJson<R> {
    /// Starts on an input whose encoding is already decided.
    ///
    /// # Errors
    ///
    /// As [`read_shopify_orders_json`].
    pub fn open(input: Decoder<R>) -> Result<Self, FormatError> {
        let mut objects = Objects::new(input, "order", "orders");
        match objects.first_byte().map_err(FormatError::Read)? {
            Some(b'{' | b'[' | 0x1e) => Ok(Self { objects }),
            Some(_) => Err(FormatError::NotJson),
            None => Err(FormatError::Empty),
        }
    }

    /// Reads the next order, or `None` at the end of the input.
    pub fn next_order(&mut self) -> Option<Result<IncomingOrder, RowError>> {
        let found = match self.objects.next_object()? {
            Ok(object) => Ok(std::str::from_utf8(object).map(str::to_owned)),
            Err(broken) => Err(broken),
        };
        let row = self.objects.count();
        Some(match found {
            Ok(Ok(text)) => order_body::read(&text, row),
            Ok(Err(_)) => Err(INVALID.at(row, None)),
            Err(Broken::NotAnObject) => Err(NOT_AN_OBJECT.at(row, None)),
            Err(Broken::TooLarge) => Err(TOO_LARGE.at(row, None)),
            Err(Broken::CutOff) => Err(CUT_OFF.at(row, None)),
            Err(Broken::Read(error)) => Err(RowError::read_failed(row, &error)),
        })
    }
}

impl<R: Read> Iterator for ShopifyOrdersJson<R> {
    type Item = Result<Incoming, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(
            self.next_order()?
                .map(|order| Incoming::Order(Box::new(order))),
        )
    }
}

impl<R: Read> Source for ShopifyOrdersJson<R> {
    fn bytes_read(&self) -> u64 {
        self.objects.bytes_read()
    }

    fn encoding(&self) -> TextEncoding {
        self.objects.encoding()
    }

    fn is_damaged(&self) -> bool {
        self.objects.is_damaged()
    }
}

const NOT_AN_OBJECT: Fault = Fault::new(
    code::JSON_INVALID,
    "an order was expected here and something else stands there: get the response again, and keep \
     it as it came",
);
const TOO_LARGE: Fault = Fault::new(
    code::ORDER_TOO_LARGE,
    "the object is larger than 10 MiB, which no order is: check where this file was made",
);
const CUT_OFF: Fault = Fault::new(
    code::JSON_CUT_OFF,
    "the file ends in the middle of an order or a list: the download was cut off; get it again",
);

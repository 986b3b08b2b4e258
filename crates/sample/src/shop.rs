//! The shop: who its customers are and what they ordered, in order of time.

use crate::chance::Root;
use crate::history::{History, Window};
use crate::order::{Place, SampleOrder};
use crate::person::SamplePerson;
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::FusedIterator;

/// Everything a sample shop is derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopSpec {
    /// Another seed is another shop.
    pub seed: u64,
    /// How many customers it has.
    pub customers: u32,
    /// How many years it has been open.
    pub years: u32,
    /// The last day on which it sold something.
    pub end: Date,
}

impl ShopSpec {
    /// Describes a shop of 2,000 customers in 11 years.
    pub fn new(seed: u64, end: Date) -> Self {
        Self {
            seed,
            customers: 2_000,
            years: 11,
            end,
        }
    }
}

/// A sample shop. It holds nothing: people and orders are derived when asked for.
#[derive(Debug, Clone)]
pub struct Shop {
    spec: ShopSpec,
    root: Root,
    window: Window,
}

impl Shop {
    /// Opens the shop that a specification describes.
    pub fn new(spec: ShopSpec) -> Self {
        let mut root = *b"........ lethe sample shop, v1  ";
        root[..8].copy_from_slice(&spec.seed.to_le_bytes());
        Self {
            spec,
            root,
            window: Window::new(spec.end, spec.years),
        }
    }

    /// Returns what the shop is derived from.
    pub fn spec(&self) -> &ShopSpec {
        &self.spec
    }

    /// Returns the customer at a position; indices from 0 to `customers - 1` have orders.
    pub fn person(&self, index: u32) -> SamplePerson {
        SamplePerson::derive(&self.root, index)
    }

    /// Returns every customer, in the order of their first purchase.
    pub fn people(&self) -> impl Iterator<Item = SamplePerson> {
        (0..self.spec.customers).map(|index| self.person(index))
    }

    /// Returns every order, in order of time.
    ///
    /// Memory holds 16 bytes for each later order of customers who have already arrived, a few
    /// megabytes for a million customers.
    pub fn orders(&self) -> Orders<'_> {
        Orders {
            shop: self,
            pending: BinaryHeap::new(),
            arriving: self.history(0),
            next: 0,
            sold: 0,
        }
    }

    /// Returns the orders of one customer, in order of time. Their numbers are not those of the
    /// shop, which only [`Shop::orders`] can count: the first is 1001.
    pub fn orders_of(&self, index: u32) -> Vec<SampleOrder> {
        let person = self.person(index);
        let history = History::derive(&self.root, index, self.spec.customers, &self.window);
        let orders = (0..).zip(history.instants()).map(|(nth, &at)| {
            let place = Place {
                nth,
                ordinal: u64::from(nth),
                at,
                close: self.window.close,
            };
            SampleOrder::derive(&self.root, &person, &place)
        });
        orders.collect()
    }

    fn history(&self, index: u32) -> Option<History> {
        (index < self.spec.customers)
            .then(|| History::derive(&self.root, index, self.spec.customers, &self.window))
    }
}

/// The orders of a shop in order of time.
#[derive(Debug, Clone)]
pub struct Orders<'a> {
    shop: &'a Shop,
    /// Instant, customer and which of the customer's orders.
    pending: BinaryHeap<Reverse<(i64, u32, u8)>>,
    /// The orders of the next customer to arrive, whose index is `next`.
    arriving: Option<History>,
    next: u32,
    sold: u64,
}

impl Iterator for Orders<'_> {
    type Item = SampleOrder;

    fn next(&mut self) -> Option<SampleOrder> {
        // Whoever has not arrived yet orders on the day of the next arrival or later: an earlier
        // pending order is the next of all.
        while let Some(history) = &self.arriving {
            if self
                .pending
                .peek()
                .is_some_and(|Reverse((at, ..))| *at < history.arrival_day)
            {
                break;
            }
            let next = self.next;
            let entries = (0..).zip(history.instants());
            self.pending
                .extend(entries.map(|(nth, &at)| Reverse((at, next, nth))));
            self.next += 1;
            self.arriving = self.shop.history(self.next);
        }
        let Reverse((at, index, nth)) = self.pending.pop()?;
        let place = Place {
            nth,
            ordinal: self.sold,
            at,
            close: self.shop.window.close,
        };
        self.sold += 1;
        Some(SampleOrder::derive(
            &self.shop.root,
            &self.shop.person(index),
            &place,
        ))
    }
}

impl FusedIterator for Orders<'_> {}

//! The members of Shopify's REST resource `Order` that are read. All others are passed over
//! unread: payment details, browser and session data, taxes, discounts.

use serde::Deserialize;

use crate::json::Member;

/// An order.
#[derive(Deserialize)]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub(super) id: Member<'a>,
    pub(super) name: Member<'a>,
    pub(super) order_number: Member<'a>,
    pub(super) email: Member<'a>,
    pub(super) contact_email: Member<'a>,
    pub(super) phone: Member<'a>,
    pub(super) created_at: Member<'a>,
    pub(super) processed_at: Member<'a>,
    pub(super) updated_at: Member<'a>,
    pub(super) cancelled_at: Member<'a>,
    pub(super) currency: Member<'a>,
    pub(super) total_price: Member<'a>,
    pub(super) note: Member<'a>,
    pub(super) note_attributes: Member<'a>,
    pub(super) buyer_accepts_marketing: Member<'a>,
    pub(super) financial_status: Member<'a>,
    pub(super) fulfillment_status: Member<'a>,
    pub(super) billing_address: Member<'a>,
    pub(super) shipping_address: Member<'a>,
    pub(super) customer: Member<'a>,
    pub(super) line_items: Member<'a>,
    pub(super) fulfillments: Member<'a>,
    pub(super) refunds: Member<'a>,
}

/// A billing or shipping address.
#[derive(Deserialize)]
pub(super) struct Address<'a> {
    #[serde(borrow)]
    pub(super) name: Member<'a>,
    pub(super) first_name: Member<'a>,
    pub(super) last_name: Member<'a>,
    pub(super) company: Member<'a>,
    pub(super) address1: Member<'a>,
    pub(super) address2: Member<'a>,
    pub(super) city: Member<'a>,
    pub(super) zip: Member<'a>,
    pub(super) province: Member<'a>,
    pub(super) province_code: Member<'a>,
    pub(super) country: Member<'a>,
    pub(super) country_code: Member<'a>,
    pub(super) phone: Member<'a>,
}

/// The customer account of an order. Its name and address may differ from the order's.
#[derive(Deserialize)]
pub(super) struct Customer<'a> {
    #[serde(borrow)]
    pub(super) id: Member<'a>,
}

/// A line item.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow)]
    pub(super) name: Member<'a>,
    pub(super) title: Member<'a>,
    pub(super) sku: Member<'a>,
    pub(super) quantity: Member<'a>,
    pub(super) price: Member<'a>,
    pub(super) properties: Member<'a>,
}

/// A note attribute, or a property of a line.
#[derive(Deserialize)]
pub(super) struct Named<'a> {
    #[serde(borrow)]
    pub(super) name: Member<'a>,
    pub(super) value: Member<'a>,
}

/// A shipment.
#[derive(Deserialize)]
pub(super) struct Fulfillment<'a> {
    #[serde(borrow)]
    pub(super) created_at: Member<'a>,
    pub(super) updated_at: Member<'a>,
    pub(super) status: Member<'a>,
    pub(super) shipment_status: Member<'a>,
}

/// A refund, which may consist of several payments.
#[derive(Deserialize)]
pub(super) struct Refund<'a> {
    #[serde(borrow)]
    pub(super) created_at: Member<'a>,
    pub(super) transactions: Member<'a>,
}

/// A payment, or one back.
#[derive(Deserialize)]
pub(super) struct Transaction<'a> {
    #[serde(borrow)]
    pub(super) amount: Member<'a>,
    pub(super) currency: Member<'a>,
    pub(super) kind: Member<'a>,
    pub(super) status: Member<'a>,
}

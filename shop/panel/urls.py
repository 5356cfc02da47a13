"""Addresses of our own screens under ``/quan-tri/``; who may open each is in ``shop.accounts.doors``."""

from __future__ import annotations

from django.urls import path

from . import complaints, consignments, invoices, transfers

app_name = "panel"
urlpatterns = [
    path("kien-hang/", consignments.ConsignmentList.as_view(), name="consignments"),
    path("kien-hang/<int:pk>/", consignments.ConsignmentPage.as_view(), name="consignment"),
    path("kien-hang/<int:pk>/dong-goi/", consignments.Pack.as_view(), name="pack"),
    path("kien-hang/<int:pk>/giao-di/", consignments.HandOver.as_view(), name="hand_over"),
    path("hoa-don/", invoices.InvoiceQueue.as_view(), name="invoices"),
    path("hoa-don/lap/", invoices.IssueSelected.as_view(), name="issue_selected"),
    path("hoa-don/<int:pk>/", invoices.InvoicePage.as_view(), name="invoice"),
    path("hoa-don/<int:pk>/lap/", invoices.Issue.as_view(), name="issue"),
    path("hoa-don/<int:pk>/gui-lai/", invoices.Retry.as_view(), name="retry"),
    path("hoa-don/<int:pk>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("hoa-don/<int:pk>/xml/", invoices.invoice_xml, name="invoice_xml"),
    path("tien-ve/", transfers.TransferList.as_view(), name="transfers"),
    path("hoan-tien/", transfers.RefundList.as_view(), name="refunds"),
    path("khieu-nai/", complaints.ComplaintList.as_view(), name="complaints"),
    path("khieu-nai/<int:pk>/", complaints.ComplaintPage.as_view(), name="complaint"),
    path("khieu-nai/<int:pk>/tra-loi/", complaints.AnswerComplaint.as_view(), name="answer_complaint"),
    path("khieu-nai/<int:pk>/ghi-chu/", complaints.NoteComplaint.as_view(), name="note_complaint"),
    path("khieu-nai/<int:pk>/xong/", complaints.CloseComplaint.as_view(), name="close_complaint"),
]

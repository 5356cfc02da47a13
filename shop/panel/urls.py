"""Addresses of our own screens under ``/quan-tri/``; who may open each is in ``shop.accounts.doors``."""

from __future__ import annotations

from django.urls import path

from . import complaints, consignments, delivery, dossiers, imports, invoices, proof_acts, proofs, transfers

app_name = "panel"
urlpatterns = [
    path("nhap-hang/", imports.ImportList.as_view(), name="imports"),
    path("nhap-hang/bang-mau/", imports.template_file, name="import_template"),
    path("nhap-hang/<int:pk>/", imports.ImportPage.as_view(), name="import"),
    path("nhap-hang/<int:pk>/ghi/", imports.ConfirmImport.as_view(), name="import_confirm"),
    path("xuat-hang/", imports.export_goods, name="export"),
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
    path("giao-hang/", delivery.DeliveryOverview.as_view(), name="delivery"),
    path("giao-hang/cach-giao/", delivery.ServicePage.as_view(), name="delivery_service_add"),
    path("giao-hang/cach-giao/<int:pk>/", delivery.ServicePage.as_view(), name="delivery_service"),
    path("giao-hang/diem-lay/", delivery.PointPage.as_view(), name="collection_point_add"),
    path("giao-hang/diem-lay/<int:pk>/", delivery.PointPage.as_view(), name="collection_point"),
    path("giao-hang/noi-khong-giao/", delivery.AreaPage.as_view(), name="unserved_area_add"),
    path("giao-hang/noi-khong-giao/<int:pk>/bo/", delivery.RemoveArea.as_view(), name="unserved_area_remove"),
    path("hoan-tien/", transfers.RefundList.as_view(), name="refunds"),
    path("khieu-nai/", complaints.ComplaintList.as_view(), name="complaints"),
    path("khieu-nai/<int:pk>/", complaints.ComplaintPage.as_view(), name="complaint"),
    path("khieu-nai/<int:pk>/tra-loi/", complaints.AnswerComplaint.as_view(), name="answer_complaint"),
    path("khieu-nai/<int:pk>/ghi-chu/", complaints.NoteComplaint.as_view(), name="note_complaint"),
    path("khieu-nai/<int:pk>/xong/", complaints.CloseComplaint.as_view(), name="close_complaint"),
    path("giay-to/", proofs.ProofList.as_view(), name="proofs"),
    path("giay-to/them/", proofs.AddPaper.as_view(), name="add_paper"),
    path("giay-to/them-ocop/", proofs.AddCertificate.as_view(), name="add_certificate"),
    path("giay-to/nuong/", proofs.Plots.as_view(), name="plots"),
    path("giay-to/ocop/<int:pk>/", proof_acts.CertificatePage.as_view(), name="certificate"),
    path("giay-to/ocop/<int:pk>/sua/", proofs.EditCertificate.as_view(), name="edit_certificate"),
    path("giay-to/ocop/<int:pk>/anh/", proofs.certificate_photo, name="certificate_photo"),
    path("giay-to/ocop/<int:pk>/viec/", proof_acts.JudgeCertificate.as_view(), name="judge_certificate"),
    path("giay-to/khac/<int:pk>/", proof_acts.PaperPage.as_view(), name="paper"),
    path("giay-to/khac/<int:pk>/sua/", proofs.EditPaper.as_view(), name="edit_paper"),
    path("giay-to/khac/<int:pk>/anh/", proofs.paper_photo, name="paper_photo"),
    path("giay-to/khac/<int:pk>/viec/", proof_acts.JudgePaper.as_view(), name="judge_paper"),
    path("ho-so/", dossiers.DossierList.as_view(), name="dossiers"),
    path("ho-so/<int:pk>/", dossiers.DossierPage.as_view(), name="dossier"),
]

from portal.models.office import AuditEntry, ClockOffset, Proposal, Seal
from portal.models.people import Account, AccountMember, Issuer, User

__all__ = ["Account", "AccountMember", "AuditEntry", "ClockOffset", "Issuer", "Proposal", "Seal", "User"]

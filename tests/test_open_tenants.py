"""The mock and the suite, which share no code, have the same open rendering of the contract."""

from audience_conformance.contract.open_tenants import open_contract
from audience_mock.contract.document import TenantName, load_contract
from audience_mock.contract.renderings import open_tenants


def test_the_mock_serves_the_open_rendering_that_the_suite_prints() -> None:
    assert open_tenants(load_contract([TenantName("7", "shop")])) == open_contract() != load_contract()

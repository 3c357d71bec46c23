-- Microsoft Learn: sp_linkedservers.
CREATE PROCEDURE sys.sp_linkedservers AS
    SELECT name AS SRV_NAME, provider AS SRV_PROVIDERNAME, product AS SRV_PRODUCT, data_source AS SRV_DATASOURCE,
        provider_string AS SRV_PROVIDERSTRING, location AS SRV_LOCATION, catalog AS SRV_CAT
    FROM sys.servers
    ORDER BY name;
